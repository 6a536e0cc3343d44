// The units, as text: what they say for both programs and where they differ. Not in
// them, though systemd-analyze would like it: PrivateUsers=, since with it a service
// doesn't start where user namespaces are switched off or can't be nested.

import { execArgument, execProgram, listedPath, mountPath, rawPath } from "./escape.ts";
import { type Mark, markText } from "./mark.ts";

/** Everything that differs from unit to unit, looked up and decided. */
export interface UnitPlan extends Mark {
  /** The whole command line, its program first. */
  readonly argv: readonly string[];
  /** Paths that the sandbox would hide. */
  readonly binds: readonly string[];
  /** Folders that nobody else may enter, which stand in the way of `binds`. */
  readonly covers: readonly string[];
  /** Files that only root can read, by the name under which the service sees them. */
  readonly credentials: readonly {
    readonly name: string;
    readonly path: string;
  }[];
  /** Whether it listens on a port below 1024. */
  readonly privilegedPort: boolean;
  /** Of the systemd it is for; undefined: unknown. */
  readonly systemdVersion: number | undefined;
}

const DESCRIPTIONS = {
  sender: "prompipe sender (pushes metrics of this network to a receiver)",
  receiver: "prompipe receiver (takes pushed metrics and serves them to Prometheus)",
};

/** The name of the unit, and of all that systemd keeps for it. */
export function unitName(kind: UnitPlan["kind"]): string {
  return `prompipe-${kind}`;
}

/** The text of the unit file. All paths in the plan must be writable (escape.ts). */
export function unitText(plan: UnitPlan): string {
  const name = unitName(plan.kind);
  const capability = plan.privilegedPort ? "CAP_NET_BIND_SERVICE" : "";
  return `\
${markText(plan)}
[Unit]
Description=${DESCRIPTIONS[plan.kind]}
Wants=network-online.target
After=network-online.target
# Tried again for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${plan.argv.map(argument).join(" ")}
ExecReload=/bin/sh -c "kill -HUP $MAINPID"
# It says that it is well as long as it is.
WatchdogSec=60s
Restart=on-failure
${backoff(plan.systemdVersion)}
# 2: bad usage or bad config. The same again would not help.
RestartPreventExitStatus=2
TimeoutStopSec=10
SyslogIdentifier=${name}
LogRateLimitIntervalSec=30s
LogRateLimitBurst=1000
LimitNOFILE=65536

# What it may see: itself and its config, read-only, wherever they lie.
DynamicUser=yes
ProtectSystem=strict
ProtectHome=tmpfs
${
    lines(
      plan.covers.map((path) => `TemporaryFileSystem=${mountPath(path)}:ro,mode=0755`),
      plan.binds.map((path) => `BindReadOnlyPaths=${listedPath(path)}`),
      plan.credentials.map(({ name, path }) => `LoadCredential=${name}:${rawPath(path)}`),
    )
  }CacheDirectory=${name}
CacheDirectoryMode=0700
${
    plan.kind === "receiver"
      ? stateLines(name)
      : ""
  }Environment=DENO_DIR=%C/${name}/deno DENO_NO_UPDATE_CHECK=1
UMask=0077

# What it may do. MemoryDenyWriteExecute= can't be: JavaScript is compiled while it
# runs.
CapabilityBoundingSet=${capability}
AmbientCapabilities=${capability}
NoNewPrivileges=yes
KeyringMode=private
LockPersonality=yes
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
`;
}

/** A variable, and no argument: `UnsetEnvironment=` in a file beside the unit can take it back. */
function stateLines(name: string): string {
  return `\
StateDirectory=${name}
StateDirectoryMode=0700
Environment=PROMPIPE_STATE_DIR=%S/${name}
`;
}

function argument(value: string, index: number): string {
  return index === 0 ? execProgram(value) : execArgument(value);
}

// Growing pauses are known since systemd 254; older ones would warn of the keys.
function backoff(systemdVersion: number | undefined): string {
  if (systemdVersion === undefined || systemdVersion < 254) {
    return "RestartSec=5s";
  }
  return "RestartSec=1s\nRestartSteps=6\nRestartMaxDelaySec=1min";
}

function lines(...groups: readonly string[][]): string {
  return groups.flat().map((line) => `${line}\n`).join("");
}
