import { readFile } from "node:fs/promises";
import process from "node:process";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { type MountEntry, readMountTable } from "../linux/mount-table.ts";
import { type MountState, probeMount } from "./probe-mount.ts";
import type { MountStatus } from "./mount-status.ts";

/** A mount of bsmount that is not in the registry of this user. */
export interface OtherMount {
  readonly mountPoint: string;
  /** The user who mounted it, if the kernel shows it. */
  readonly owner: MountOwner | undefined;
  /**
   * The state of a mount of this user; a live one was mounted with other folders. `unknown` for mounts of other users,
   * which only they may access.
   */
  readonly state: MountState | "unknown";
}

export interface MountOwner {
  readonly uid: number;
  /** Absent when /etc/passwd has none. */
  readonly name?: string;
}

/** The mounts of bsmount except `known`. Never touches those of other users, and never waits for one that hangs. */
export async function otherMounts(
  known: readonly Pick<MountStatus, "mountPoint">[],
  signal: AbortSignal,
  table: readonly MountEntry[] = readMountTable(),
): Promise<readonly OtherMount[]> {
  const knownPoints = new Set(known.map(({ mountPoint }) => mountPoint));
  const others = new Map(
    table
      .filter(({ type, mountPoint }) => type === MOUNT_TYPE && !knownPoints.has(mountPoint))
      .map((entry) => [entry.mountPoint, entry]),
  );
  return await Promise.all(
    [...others.values()].map(async (entry) => await describeMount(entry, signal)),
  );
}

async function describeMount(
  { mountPoint, userId }: MountEntry,
  signal: AbortSignal,
): Promise<OtherMount> {
  const isOwn = userId !== undefined && userId === process.geteuid?.();
  const state = isOwn ? await probeMount(mountPoint, signal) : "unknown";
  return { mountPoint, owner: await ownerOf(userId), state };
}

async function ownerOf(uid: number | undefined): Promise<MountOwner | undefined> {
  if (uid === undefined) return undefined;
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  const name = new RegExp(`^([^:]+):[^:]*:${uid}:`, "m").exec(users)?.[1];
  return name === undefined ? { uid } : { uid, name };
}
