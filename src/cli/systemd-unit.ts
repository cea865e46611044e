import process from "node:process";
import type { Environment } from "../config/environment.ts";
import { printable } from "../core/terminal-text.ts";

export interface SystemdUnit {
  /** The command that mounts, without its options: usually node and the program. */
  readonly command: readonly string[];
  readonly mountPoint: string;
  /** Flags of `bsmount mount`, with paths that hold from any folder. */
  readonly flags: readonly string[];
}

/**
 * A user unit of systemd that mounts when it is started, and is started when the mount is live. Stopping it is
 * `bsmount unmount`, which waits for uploads; see systemd.service(5).
 */
export function systemdUnit({ command, mountPoint, flags }: SystemdUnit): string {
  const line = (...words: readonly string[]): string => [...command, ...words].map(word).join(" ");
  return `[Unit]
Description=BaseSpace on ${specifiersKept(printable(mountPoint))}
Documentation=man:bsmount(1)

[Service]
# The command returns when the mount is live; its process goes on.
Type=forking
ExecStart=${line("mount", ...flags, "--", mountPoint)}
# Fails where somebody has unmounted it already, which is no reason to mount it again (-).
# Waits until what was written is in BaseSpace. While somebody uses the mount this fails, and SIGTERM follows, which
# lets nobody in any more and waits for the last to leave. What is not uploaded when the time is over stays on this
# machine: bsmount uploads list.
ExecStop=-${line("unmount", "--", mountPoint)}
# At a shutdown all services of a user have the time that user@.service gives them, two minutes by default.
TimeoutStopSec=10min
Restart=on-failure
RestartSec=10s

[Install]
WantedBy=default.target
`;
}

/** How this very program is called. */
export function thisCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}

const SEEN_BY_THIS_SHELL = /^(BASESPACE|BSMOUNT)_|^XDG_(STATE|CACHE)_HOME$/;

/** Variables that change what `bsmount mount` does here, and that a service does not have. */
export function variablesOfShell({ variables }: Environment): readonly string[] {
  const names = Object.keys(variables).filter((name) => SEEN_BY_THIS_SHELL.test(name));
  return names.toSorted();
}

/** One word of a command line: quoted, and nothing in it expanded. */
function word(text: string): string {
  const kept = specifiersKept(text).replaceAll("$", "$$$$");
  if (/^[\w/.,:=@%$+-]+$/.test(kept)) return kept;
  const escaped = kept.replace(/["\\]/g, "\\$&").replace(/[\u0000-\u001f\u007f]/g, escapeOf);
  return `"${escaped}"`;
}

function escapeOf(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function specifiersKept(text: string): string {
  return text.replaceAll("%", "%%");
}
