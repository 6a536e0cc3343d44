// What the doctor says: one finding a line, and what to do about it.

/** `stop`: nothing gets through. `warning`: it does, and somebody should look. */
export type Level = "ok" | "note" | "warning" | "stop";

/** Where on the way something was looked at, in the order of the way. */
export type Step =
  | "source"
  | "proxy"
  | "name"
  | "connection"
  | "tls"
  | "ingress"
  | "stream"
  | "push"
  | "clock"
  | "pace"
  | "read back";

/** One thing that was found. `remedy` is what to do; there is one for every trouble. */
export interface Finding {
  readonly step: Step;
  readonly level: Level;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** A finding that needs nothing done. */
export function fine(step: Step, message: string): Finding {
  return { step, level: "ok", message, remedy: undefined };
}

/** Something to know, and not to worry about. */
export function note(step: Step, message: string): Finding {
  return { step, level: "note", message, remedy: undefined };
}

/** A finding that somebody has to act on. */
export function trouble(
  step: Step,
  message: string,
  { level = "stop", remedy }: { readonly level?: "warning" | "stop"; readonly remedy: string },
): Finding {
  return { step, level, message, remedy };
}

/** Whether something keeps the pipe from working. */
export function stops(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === "stop");
}
