// The door to the room: units for the sender and the receiver, and their installer.

export {
  installReceiver,
  type InstallReceiverOptions,
  installSender,
  type InstallSenderOptions,
  type Outcome,
} from "./install.ts";
export type { Program } from "./reach.ts";
export type { System } from "./system.ts";
