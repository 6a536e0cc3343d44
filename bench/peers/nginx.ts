// nginx with files in memory: what the machine can do. It stores a PUT as a file, and a
// gzipped one as the file that `gzip_static` serves.

import { freePort } from "../../tests/e2e/free_port.ts";
import { RunningProcess } from "../../tests/e2e/processes.ts";
import { type MissingPart, part } from "../../tests/parts.ts";
import { answering } from "../ready.ts";
import { processTree } from "../watch.ts";
import { acceptHeaders, packed, type Peer } from "./peer.ts";

/** A tmpfs on every Linux. */
const MEMORY = "/dev/shm";

export async function startNginx(): Promise<Peer | MissingPart> {
  const found = part("nginx");
  if ("missing" in found) return found;
  const folder = await Deno.makeTempDir({ dir: MEMORY, prefix: "prompipe-bench-" });
  const address = `127.0.0.1:${freePort()}`;
  await Deno.writeTextFile(`${folder}/nginx.conf`, config(folder, address));
  const process = new RunningProcess(found.path, {
    args: ["-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`],
    env: found.env,
  });
  const url = `http://${address}/metrics/bench/one`;
  const stop = async () => {
    await process.end("SIGTERM");
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await answering(process, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: "nginx",
    // The first worker may answer before the others are there.
    get pids() {
      return processTree(process.pid);
    },
    put: (body, encoding) => ({
      method: "PUT",
      url: encoding === "gzip" ? `${url}.gz` : url,
      headers: {},
      body: packed(body, encoding),
    }),
    get: (encoding) => ({
      method: "GET",
      url,
      headers: acceptHeaders(encoding),
    }),
    [Symbol.asyncDispose]: stop,
  };
}

/** Debian's own settings where they matter; its workers would be a user without rights here. */
function config(folder: string, address: string): string {
  return `
daemon off;
${Deno.uid() === 0 ? "user root;" : ""}
worker_processes auto;
pid ${folder}/nginx.pid;
events { worker_connections 768; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_max_body_size 100m;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  default_type text/plain;
  server {
    listen ${address};
    root ${folder}/files;
    gzip_static on;
    dav_methods PUT DELETE;
    create_full_put_path on;
  }
}
`;
}
