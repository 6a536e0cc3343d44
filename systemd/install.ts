// Installs a unit: decides what goes into it, writes it, and says what to run next.

import { join } from "node:path";
import { credentialArgument, unwritable, unwritableRaw } from "./escape.ts";
import { type Failure, failure, isDenied, refusal } from "./failure.ts";
import { configReach, joined, type Program, type ProgramReach, programReach } from "./reach.ts";
import { type System, thisMachine } from "./system.ts";
import { provideToken, tokenPath } from "./token.ts";
import { unitName, type UnitPlan, unitText } from "./unit.ts";
import { systemdVersion } from "./version.ts";

/** The folder of an administrator's own units. */
const USUAL_UNIT_DIR = "/etc/systemd/system";

const CONFIG_CREDENTIAL = "config.json";
/** The receiver looks for it in `$CREDENTIALS_DIRECTORY`. */
const TOKEN_CREDENTIAL = "bearer_token";

interface InstallOptions {
  readonly program: Program;
  /** The folder for the unit file. It has to be there. */
  readonly unitDir: string;
  /** Only answers with the unit; nothing is written or changed. */
  readonly print: boolean;
  /** Options for the program, after its command. */
  readonly extraArgs: readonly string[];
}

export interface InstallSenderOptions extends InstallOptions {
  /** Absolute. */
  readonly configPath: string;
}

export interface InstallReceiverOptions extends InstallOptions {
  /** The ports it listens on; one below 1024 costs a capability, 0 none. */
  readonly pushPort: number;
  readonly scrapePort?: number;
  /** From BEARER_TOKEN: kept in a file of root's for the service. */
  readonly bearerToken: string | undefined;
  /** From BEARER_TOKEN_FILE, absolute. */
  readonly bearerTokenFile: string | undefined;
}

export type Outcome = { readonly ok: true; readonly output: string } | Failure;

export async function installSender(
  options: InstallSenderOptions,
  system: System = thisMachine,
): Promise<Outcome> {
  const program = await programReach(options.program, system);
  if (!program.ok) return program;
  const config = await configReach(options.configPath, system);
  if (!config.ok) return config;
  const hazard = badArgument(options.extraArgs);
  if (hazard) return hazard;

  const plan: UnitPlan = {
    kind: "sender",
    argv: [
      ...program.argv,
      "sender",
      "--config",
      config.credential ? { filledIn: credentialArgument(CONFIG_CREDENTIAL) } : options.configPath,
      ...options.extraArgs,
    ],
    ...joined([program, config]),
    credentials: config.credential ? [{ name: CONFIG_CREDENTIAL, path: options.configPath }] : [],
    privilegedPort: false,
    systemdVersion: await systemdVersion(system),
  };
  if (options.print) return { ok: true, output: unitText(plan) };
  return await install(plan, { options, program, system });
}

export async function installReceiver(
  options: InstallReceiverOptions,
  system: System = thisMachine,
): Promise<Outcome> {
  const program = await programReach(options.program, system);
  if (!program.ok) return program;
  const token = await tokenPath(options, system);
  if (!token.ok) return token;
  const hazard = badArgument(options.extraArgs) ?? badTokenPath(token.path);
  if (hazard) return hazard;

  const plan: UnitPlan = {
    kind: "receiver",
    argv: [...program.argv, "receiver", ...options.extraArgs],
    binds: program.binds,
    covers: program.covers,
    credentials: [{ name: TOKEN_CREDENTIAL, path: token.path }],
    privilegedPort: [options.pushPort, options.scrapePort ?? 0]
      .some((port) => port > 0 && port < 1024),
    systemdVersion: await systemdVersion(system),
  };
  if (options.print) return { ok: true, output: unitText(plan) };
  const provide = () => provideToken(options, system);
  return await install(plan, { options, program, system, provide });
}

interface Installation {
  readonly options: InstallOptions;
  readonly program: ProgramReach;
  readonly system: System;
  /** What else the service needs; it tells people what it did. */
  readonly provide?: () => Promise<
    { readonly ok: true; readonly told: string } | Failure
  >;
}

async function install(plan: UnitPlan, installation: Installation): Promise<Outcome> {
  const { options, program, system, provide } = installation;
  const name = unitName(plan.kind);
  const unitFile = join(options.unitDir, `${name}.service`);
  const said = [
    `Wrote unit file to ${unitFile}`,
    "Run to enable on boot & to start now:",
    ...["enable", "start", "status"].map((verb) => `        $ systemctl ${verb} ${name}`),
  ];

  const written = await writeUnit(unitFile, unitText(plan), { options, system });
  if (!written.ok) return written;
  if (written.replaced) {
    said.push(
      "It was installed before and has changed. Where it runs already:",
      "        $ systemctl daemon-reload",
      `        $ systemctl restart ${name}`,
    );
  }
  if (provide !== undefined) {
    const provided = await provide();
    if (!provided.ok) return provided;
    said.push(provided.told);
  }
  if (program.toOpen !== undefined) {
    const { path, mode } = program.toOpen;
    try {
      await system.chmod(path, mode);
    } catch (error) {
      return failure(
        `Cannot let others run "${path}": ${refusal(error)}; run: sudo chmod a+rx "${path}"`,
      );
    }
    said.push(
      `Made ${path} executable for all (a+rx): the service runs as a user of its own`,
    );
  }
  return { ok: true, output: said.join("\n") + "\n" };
}

async function writeUnit(
  path: string,
  text: string,
  { options: { unitDir }, system }: Pick<Installation, "options" | "system">,
): Promise<{ readonly ok: true; readonly replaced: boolean } | Failure> {
  const cannot = (why: string) => failure(`Cannot write "${path}": ${why}`);
  try {
    if ((await system.stat(unitDir)).kind !== "folder") {
      return cannot(`"${unitDir}" is not a folder`);
    }
    const before = await system.readText(path).catch(() => undefined);
    await system.writeText(path, text, 0o644);
    return { ok: true, replaced: before !== undefined && before !== text };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const where = unitDir === USUAL_UNIT_DIR ? ", so systemd is not installed here" : "";
      return cannot(
        `there is no folder "${unitDir}"${where}; name another one with --unit-dir`,
      );
    }
    return cannot(
      refusal(error) +
        (isDenied(error) ? "; run it with sudo, or name another folder with --unit-dir" : ""),
    );
  }
}

function badArgument(args: readonly string[]): Failure | undefined {
  const bad = args.find((value) => unwritable(value) !== undefined);
  return bad === undefined ? undefined : failure(
    `Cannot pass ${JSON.stringify(bad)} to a service: ${unwritable(bad)}`,
  );
}

function badTokenPath(path: string): Failure | undefined {
  const hazard = unwritableRaw(path);
  return hazard ? failure(`Cannot use token file ${JSON.stringify(path)}: ${hazard}`) : undefined;
}
