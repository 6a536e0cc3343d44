// The door to the room: units for the sender and the receiver, and what installs and
// uninstalls them.

export type { Outcome } from "./failure.ts";
export {
  installReceiver,
  type InstallReceiverOptions,
  installSender,
  type InstallSenderOptions,
} from "./install.ts";
export type { Program } from "./reach.ts";
export type { System } from "./system.ts";
export { uninstall, type UninstallOptions } from "./uninstall.ts";
