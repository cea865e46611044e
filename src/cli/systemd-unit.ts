import process from "node:process";
import type { Environment } from "../config/environment.ts";
import { printable } from "../core/terminal-text.ts";

export interface SystemdUnit {
  /** The command that mounts, without its options: usually node and the program. */
  readonly command: readonly string[];
  readonly mountPoint: string;
  /** Flags of `bsmount mount`, with absolute paths. */
  readonly flags: readonly string[];
}

/**
 * A systemd user unit, see systemd.service(5). It counts as started when the mount is live; stopping it runs
 * `bsmount unmount`, which waits for uploads.
 */
export function systemdUnit({ command, mountPoint, flags }: SystemdUnit): string {
  const line = (...words: readonly string[]): string => [...command, ...words].map(word).join(" ");
  return `[Unit]
Description=BaseSpace on ${escapeSpecifiers(printable(mountPoint))}
Documentation=man:bsmount(1)

[Service]
# The command returns when the mount is live, and its process keeps running.
Type=forking
ExecStart=${line("mount", ...flags, "--", mountPoint)}
# This waits until everything that was written is in BaseSpace. It fails if the mount was already unmounted, which must
# not mount it again (-). It also fails while the mount is in use; then SIGTERM follows, after which no file can be
# opened, and waits until the mount is unused. Files that are not uploaded in time stay on this machine: bsmount uploads
# list.
ExecStop=-${line("unmount", "--", mountPoint)}
# At a shutdown, the timeout of user@.service applies to all services of a user: two minutes by default.
TimeoutStopSec=10min
Restart=on-failure
RestartSec=10s

[Install]
WantedBy=default.target
`;
}

/** The command that started this program. */
export function thisCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}

const RELEVANT_VARIABLES = /^(BASESPACE|BSMOUNT)_|^XDG_(STATE|CACHE)_HOME$/;

/** The variables of this shell that affect `bsmount mount`; a service does not have them. */
export function variablesOfShell({ variables }: Environment): readonly string[] {
  const names = Object.keys(variables).filter((name) => RELEVANT_VARIABLES.test(name));
  return names.toSorted();
}

/** Quotes one word of a command line so that systemd expands nothing in it. */
function word(text: string): string {
  const kept = escapeSpecifiers(text).replaceAll("$", "$$$$");
  if (/^[\w/.,:=@%$+-]+$/.test(kept)) return kept;
  const escaped = kept.replace(/["\\]/g, "\\$&").replace(/[\u0000-\u001f\u007f]/g, escapeOf);
  return `"${escaped}"`;
}

function escapeOf(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
