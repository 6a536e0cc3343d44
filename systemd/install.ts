// Installs a unit: decides what goes into it, writes it, and starts it or says what to
// run next.

import { credentialName } from "./credential_name.ts";
import { unwritable, unwritableRaw } from "./escape.ts";
import { type Failure, failure, type Outcome, refusal } from "./failure.ts";
import { readMark } from "./mark.ts";
import { configReach, namedReach } from "./config_reach.ts";
import { joined, type Program, type ProgramReach, programReach } from "./reach.ts";
import {
  COPIED,
  needsToken,
  type ReceiverConfigOptions,
  receiverConfigReach,
} from "./receiver_config.ts";
import { startNow, whyNoSystemd } from "./service.ts";
import { type System, thisMachine } from "./system.ts";
import { type Provided, provideToken, TOKEN_FILE, tokenPath } from "./token.ts";
import { unitName, type UnitPlan, unitText } from "./unit.ts";
import { unitPath, writeUnitFile, type Written } from "./unit_file.ts";
import { systemdVersion } from "./version.ts";

/** The receiver looks for it in `$CREDENTIALS_DIRECTORY`. */
const TOKEN_CREDENTIAL = "bearer_token";

interface InstallOptions {
  readonly program: Program;
  /** Of this prompipe. */
  readonly version: string;
  /** The folder for the unit file. It has to be there. */
  readonly unitDir: string;
  /** Only answers with the unit; nothing is written or changed. */
  readonly print: boolean;
  /** Also enables and starts the service. */
  readonly now: boolean;
  /** Options for the program, after its command. */
  readonly extraArgs: readonly string[];
}

export interface InstallSenderOptions extends InstallOptions {
  /** Absolute. */
  readonly configPath: string;
  /** Files and folders that the config names, absolute; some may not be there. */
  readonly files: readonly string[];
  /** Unix sockets that it names, likewise. */
  readonly sockets: readonly string[];
}

export interface InstallReceiverOptions extends InstallOptions, ReceiverConfigOptions {
  /** The ports it listens on; one below 1024 costs a capability, 0 none. */
  readonly pushPort: number;
  readonly scrapePort?: number;
}

export async function installSender(
  options: InstallSenderOptions,
  system: System = thisMachine,
): Promise<Outcome> {
  const program = await programReach(options.program, system);
  if (!program.ok) return program;
  const config = await configReach(options.configPath, system);
  if (!config.ok) return config;
  const named = await namedReach(options, system);
  if (!named.ok) return named;
  const hazard = badArgument(options.extraArgs);
  if (hazard) return hazard;

  const credentials = [...config.credentials, ...named.credentials];
  const plan: UnitPlan = {
    kind: "sender",
    version: options.version,
    goes: [],
    stays: [`config ${options.configPath}`, ...program.places.map((path) => `program ${path}`)],
    argv: [
      ...program.argv,
      "sender",
      "--config",
      options.configPath,
      ...options.extraArgs,
    ],
    ...joined([program, config, named]),
    credentials: [...new Set(credentials)].map((path) => ({ name: credentialName(path), path })),
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
  const config = await receiverConfigReach(options, system);
  if (!config.ok) return config;
  const hazard = badArgument(options.extraArgs) ?? badTokenPath(token.path);
  if (hazard) return hazard;

  const withToken = await needsToken(options, system);
  const named = options.bearerTokenFile === undefined ? [] : [token.path];
  // Made for an earlier installation, it goes in the end, unless it is the one named now.
  const made = named.length === 0 && withToken ? [TOKEN_FILE] : await madeBefore(options, system);
  const plan: UnitPlan = {
    kind: "receiver",
    version: options.version,
    goes: made.filter((path) => !named.includes(path)),
    stays: [
      ...named.map((path) => `token ${path}`),
      ...options.config === undefined ? [] : [`config ${options.config.path}`],
      ...program.places.map((path) => `program ${path}`),
    ],
    argv: [
      ...program.argv,
      "receiver",
      ...options.config === undefined ? [] : ["--config", options.config.path],
      ...options.extraArgs,
    ],
    ...joined([program, config]),
    credentials: [
      ...withToken ? [{ name: TOKEN_CREDENTIAL, path: token.path }] : [],
      ...config.credentials.map((path) => ({ name: credentialName(path), path })),
    ],
    privilegedPort: [options.pushPort, options.scrapePort ?? 0]
      .some((port) => port > 0 && port < 1024),
    systemdVersion: await systemdVersion(system),
  };
  if (options.print) return { ok: true, output: unitText(plan) };
  const provide = withToken ? () => provideToken(options, system) : undefined;
  const notes = config.credentials.length > 0 ? [COPIED] : [];
  return await install(plan, { options, program, system, provide, notes });
}

async function madeBefore(
  { unitDir }: InstallOptions,
  system: System,
): Promise<readonly string[]> {
  const unit = await system.readText(unitPath("receiver", unitDir)).catch(() => "");
  return readMark(unit)?.goes ?? [];
}

interface Installation {
  readonly options: InstallOptions;
  readonly program: ProgramReach;
  readonly system: System;
  /** What else the service needs. */
  readonly provide?: (() => Promise<Provided | Failure>) | undefined;
  /** What a person should know of the service. */
  readonly notes?: readonly string[];
}

async function install(plan: UnitPlan, installation: Installation): Promise<Outcome> {
  const { options, program, system, provide, notes = [] } = installation;
  const name = unitName(plan.kind);
  const unitFile = unitPath(plan.kind, options.unitDir);
  const text = unitText(plan);
  const why = options.now ? await whyNoSystemd(system) : undefined;
  if (why) {
    return failure(`Cannot start ${name}: ${why}; without --now its unit is written all the same`);
  }

  const written = await writeUnitFile(unitFile, text, system);
  if (!written.ok) return written;
  let changed = written.before !== undefined && written.before !== text;
  const said = await toldOf(written, { unitFile, text });
  if (!options.now) said.push(...stepsToStart(name, changed));
  const failed = ({ reason }: Failure): Outcome => ({ ok: false, reason, output: joinLines(said) });

  if (provide !== undefined) {
    const provided = await provide();
    if (!provided.ok) return failed(provided);
    said.push(provided.told);
    changed ||= provided.changed;
  }
  said.push(...notes);
  if (program.toOpen !== undefined) {
    const opened = await openToAll(program.toOpen, system);
    if (!opened.ok) return failed(opened);
    said.push(opened.told);
  }
  if (options.now) {
    const started = await startNow(name, { unitFile, changed }, system);
    if (!started.ok) return failed(started);
    said.push(started.told);
  }
  return { ok: true, output: joinLines(said) };
}

async function toldOf(
  { before }: Written,
  { unitFile, text }: { readonly unitFile: string; readonly text: string },
): Promise<string[]> {
  if (before === text) return [`Unit file ${unitFile} is as it should be`];
  const wrote = `Wrote unit file to ${unitFile}`;
  if (before === undefined) return [wrote];
  const { unitDiff } = await import("./unit_diff.ts");
  return [wrote, unitDiff(unitFile, { before, now: text })];
}

function stepsToStart(name: string, changed: boolean): string[] {
  const run = (...commands: readonly string[]) => commands.map((each) => `        $ ${each}`);
  const steps = [
    "Run to enable on boot & to start now:",
    ...run(...["enable", "start", "status"].map((verb) => `systemctl ${verb} ${name}`)),
  ];
  if (!changed) return steps;
  return [
    ...steps,
    "It was installed before and has changed. Where it runs already:",
    ...run("systemctl daemon-reload", `systemctl restart ${name}`),
  ];
}

async function openToAll(
  { path, mode }: { readonly path: string; readonly mode: number },
  system: System,
): Promise<{ readonly ok: true; readonly told: string } | Failure> {
  try {
    await system.chmod(path, mode);
  } catch (error) {
    return failure(
      `Cannot let others run "${path}": ${refusal(error)}; run: sudo chmod a+rx "${path}"`,
    );
  }
  return {
    ok: true,
    told: `Made ${path} executable for all (a+rx): the service runs as a user of its own`,
  };
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
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
