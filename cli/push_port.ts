// The port for pushes as the options ask for it: behind proxies or not, with TLS or without.

import type { Logger } from "@logtape/logtape";
import type { Registry } from "prom-client";
import type { ReceiverFlags } from "./command.ts";
import { keyPairFiles, KeyPairMetrics, readKeyPair, watchKeyPair } from "./key_pair.ts";
import { onReload } from "./process.ts";
import { bindPushPort, type PushPort } from "./push_listener.ts";
import { trustProxies } from "./trusted_proxies.ts";

type PushPortFlags = Pick<ReceiverFlags, "pushListen" | "trustedProxies" | "tlsCert" | "tlsKey">;

/** Binds the push listener, with TLS where that is set: then its files are read again on SIGHUP. */
export async function openPushPort(
  flags: PushPortFlags,
  { log, registry }: { readonly log: Logger; readonly registry: Registry },
): Promise<PushPort> {
  const { pushListen, trustedProxies = [], tlsCert, tlsKey } = flags;
  const files = keyPairFiles(tlsCert, tlsKey);
  const tls = files === undefined ? undefined : await readKeyPair(files);
  const clientAddress = await trustProxies(trustedProxies);
  const port = await bindPushPort(pushListen, { log, tls, clientAddress });
  if (files !== undefined && tls !== undefined) {
    const use = port.setKeyPair;
    const metrics = new KeyPairMetrics(registry);
    const { reload } = watchKeyPair({ files, first: tls, use, metrics, log });
    onReload(reload);
  }
  return port;
}
