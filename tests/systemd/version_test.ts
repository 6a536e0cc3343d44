import { assertEquals } from "@std/assert";
import { systemdVersion } from "../../systemd/version.ts";

Deno.test("systemdVersion() reads it from the private library's name", async () => {
  const tables: [Record<string, string[]>, number | undefined][] = [
    [{}, undefined],
    [{
      "/usr/lib": ["systemd", "x86_64-linux-gnu"],
      "/usr/lib/x86_64-linux-gnu/systemd": ["libsystemd-core-252.so", "libsystemd-shared-252.so"],
    }, 252],
    [{
      "/usr/lib": ["arm-linux-gnueabihf"],
      "/usr/lib/arm-linux-gnueabihf/systemd": ["libsystemd-shared-257.so"],
    }, 257],
    [{ "/usr/lib64/systemd": ["libsystemd-shared-255.4-1.fc40.so"] }, 255],
    [{ "/usr/lib/systemd": ["libsystemd-shared-256.so", "libsystemd-shared-252.so"] }, 252],
    [{ "/usr/lib/systemd": ["libsystemd-shared-.so", "systemd"] }, undefined],
  ];
  for (const [folders, version] of tables) {
    const list = (path: string) =>
      folders[path] ? Promise.resolve(folders[path]) : Promise.reject(new Deno.errors.NotFound());
    assertEquals(await systemdVersion({ list }), version);
  }
});
