// What the service manager is told: sd_notify(3), its datagrams written here.

import type { Environment } from "./bearer_token.ts";

/** Tells the service manager, if there is one. */
export interface Notifier extends Disposable {
  /** The service is up, or up again after a reload. */
  ready(): void;
  /** It reads its config again; `ready()` has to follow. */
  reloading(): void;
  stopping(): void;
  /**
   * From now on keeps telling the status line, and that the service is well, for as long
   * as it is: else the service manager will start it anew.
   */
  watch(service: Watched): void;
}

/** What is kept an eye on. */
export interface Watched {
  isAlive(): boolean;
  readonly standing: string;
}

/** Sends one datagram; what can't be sent is nobody's loss. */
export type Send = (message: string) => void;

/** Changes of the status line are told this often. */
const STATUS_INTERVAL_MS = 5_000;

/** One for the socket that the environment names. */
export function openNotifier(env: Environment): Notifier {
  const path = env("NOTIFY_SOCKET");
  if (!path) return newNotifier(() => {}, undefined);
  // Containers that share a network share these names, and each has a process 1.
  const name = `\0prompipe-${crypto.randomUUID()}`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: name });
  const to = { transport: "unixpacket", path: path.replace(/^@/, "\0") } as const;
  let last: Promise<unknown> = Promise.resolve();
  // One after another: a socket that is still sending takes no more.
  const send: Send = (message) => {
    last = last.then(() => socket.send(new TextEncoder().encode(message), to)).catch(() => {});
  };
  return newNotifier(send, readWatchdogMs(env), () => socket.close());
}

/** A notifier; `watchdogMs` is how often the service manager wants to hear. */
export function newNotifier(
  send: Send,
  watchdogMs: number | undefined,
  close: () => void = () => {},
): Notifier {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    ready: () => send("READY=1"),
    reloading: () => send(`RELOADING=1\nMONOTONIC_USEC=${Deno.osUptime() * 1e6}`),
    stopping: () => send("STOPPING=1"),
    watch(service) {
      let told = "";
      const tick = () => {
        const { standing } = service;
        if (standing !== told) send(`STATUS=${told = standing}`);
        if (watchdogMs !== undefined && service.isAlive()) send("WATCHDOG=1");
      };
      tick();
      timer = setInterval(tick, Math.min(STATUS_INTERVAL_MS, (watchdogMs ?? Infinity) / 2));
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      close();
    },
  };
}

/** sd_watchdog_enabled(3): meant for this process, or for whoever reads it. */
function readWatchdogMs(env: Environment): number | undefined {
  const pid = env("WATCHDOG_PID");
  if (pid !== undefined && pid !== String(Deno.pid)) return undefined;
  const microseconds = Number(env("WATCHDOG_USEC"));
  return microseconds > 0 ? microseconds / 1000 : undefined;
}
