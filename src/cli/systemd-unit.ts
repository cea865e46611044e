import process from "node:process";
import type { Environment } from "../config/environment.ts";
import { type GivenOptions, OPTION_ROWS, type OptionKey } from "../config/option-values.ts";
import { type Profile, readProfile } from "../config/profile.ts";
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

/** Variables of the network, see `api/transport/`. */
const NETWORK_VARIABLES = /^(https?_proxy|no_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)$/i;

/**
 * The variables of this shell that a mount with the flags `given` would use; a service does not have them.
 * @param keys - the options of `bsmount mount`
 * @throws BsmountError `usage` when the profile cannot be read
 */
export async function variablesOfShell(
  given: GivenOptions,
  keys: readonly OptionKey[],
  { variables, home }: Environment,
): Promise<readonly string[]> {
  const profile = given.profile === undefined ? undefined : await readProfile(given.profile, home);
  const overridden = new Set(overriddenVariables(given, profile));
  const ofOptions = keys.flatMap((key) => (given[key] === undefined ? OPTION_ROWS[key].env : []));
  const relevant = new Set([...ofOptions, "BASESPACE_ACCESS_TOKEN", "XDG_STATE_HOME"]);
  return Object.entries(variables)
    .filter(([name, value]) => value && (relevant.has(name) || NETWORK_VARIABLES.test(name)))
    .map(([name]) => name)
    .filter((name) => !overridden.has(name))
    .toSorted();
}

/** The variables that have no effect beside the flags. */
function overriddenVariables(given: GivenOptions, profile?: Profile): readonly string[] {
  const namesServer = given.region !== undefined || profile?.apiServer !== undefined;
  const hasToken = given.accessTokenFile !== undefined || profile?.accessToken !== undefined;
  return [
    ...(namesServer ? ["BASESPACE_API_SERVER"] : []),
    ...(hasToken ? ["BASESPACE_ACCESS_TOKEN"] : []),
    ...(given.stateDir === undefined ? [] : ["XDG_STATE_HOME"]),
  ];
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
