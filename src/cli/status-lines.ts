import type { MountStatus, OtherMount } from "../mount/mount.ts";
import { table } from "./output.ts";
import { formatBytes } from "../core/units.ts";
import { printable } from "../core/terminal-text.ts";

/** The lines of `bsmount status`: this user's mounts as a table, notes on them, and the other mounts. */
export function statusLines(
  mounts: readonly MountStatus[],
  others: readonly OtherMount[],
): readonly string[] {
  const rows = mounts.map((mount) => [
    printable(mount.mountPoint),
    printable(mount.user),
    mount.apiServer,
    printable(tokenOf(mount)),
    String(mount.pid),
    mount.since.slice(0, 19).replace("T", " "),
    mount.logFile ?? "standard error",
  ]);
  const head = ["MOUNT POINT", "USER", "SERVER", "TOKEN OF", "PID", "SINCE (UTC)", "LOG"];
  return [
    ...(rows.length === 0 ? [] : table([head, ...rows], new Set([4]))),
    ...mounts.flatMap(notesOf),
    ...others.map((other) => `${printable(other.mountPoint)}  ${stateOf(other)}`),
  ];
}

/** The source of the token: the name of the profile, or the file or variable. */
function tokenOf({ profile, tokenKind, tokenSource }: MountStatus): string {
  if (tokenKind === undefined || tokenSource === undefined) return profile;
  return tokenKind === "profile" ? profile : tokenSource;
}

/** What is unusual about a mount. */
function notesOf(mount: MountStatus): readonly string[] {
  const { silence, isDetached, uploads } = mount;
  const { pending, failed, held, leftBytes = 0 } = uploads;
  const named = { pending, failed, "awaiting a rename or a commit": held };
  const counts = Object.entries(named).filter(([, count]) => count > 0);
  const left = leftBytes === 0 ? "" : `, ${formatBytes(leftBytes)} left`;
  const files = counts
    .map(([what, count]) => `${count} ${what}${what === "pending" ? left : ""}`)
    .join(", ");
  const notes = [
    ...(silence === undefined ? [] : [silence]),
    ...(isDetached === true ? ["detached: it serves open files until they are closed"] : []),
    ...refusalOf(mount),
    ...(files === "" ? [] : [`files not in BaseSpace yet: ${files}`]),
  ];
  return notes.map((note) => `${printable(mount.mountPoint)}  ${note}`);
}

function refusalOf(mount: MountStatus): readonly string[] {
  const { apiServer, tokenKind, tokenSource, tokenRefusedSince: since } = mount;
  if (since === undefined) return [];
  const when = since.slice(0, 19).replace("T", " ");
  const source = printable(tokenSource ?? mount.profile);
  return [
    `${apiServer} refuses the token of ${source} since ${when}; ${remedyOf(tokenKind, mount)}`,
  ];
}

/** The mount reads its token again from a profile or a file, but cannot from the environment. */
function remedyOf(kind: MountStatus["tokenKind"], { profile, tokenSource }: MountStatus): string {
  if (kind === "file")
    return `write a new one of the same user into ${printable(tokenSource ?? "")}`;
  if (kind === "environment") return "unmount it, and mount again with another one";
  return `sign in again as the same user: bsmount auth --profile ${printable(profile)}`;
}

function stateOf({ mountPoint, owner, state }: OtherMount): string {
  const at = printable(mountPoint);
  switch (state) {
    case "dead":
      return `dead: its process was killed; bsmount unmount ${at} clears it`;
    case "live":
      return "yours, mounted with another XDG_RUNTIME_DIR or XDG_STATE_HOME: set them to see more";
    case "silent":
      return `yours, but does not respond; bsmount unmount --lazy ${at} detaches it`;
    default:
      return `mounted by ${owner === undefined ? "another user" : nameOf(owner)}`;
  }
}

function nameOf({ uid, name }: NonNullable<OtherMount["owner"]>): string {
  return name === undefined ? `user ${uid}` : `${printable(name)} (user ${uid})`;
}
