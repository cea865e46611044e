import { readFile } from "node:fs/promises";
import process from "node:process";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { type MountEntry, readMountTable } from "../linux/mount-table.ts";
import { type KernelAnswer, kernelAnswer } from "./kernel-answer.ts";
import type { MountStatus } from "./mount-status.ts";

/** A mount of bsmount that is in no registry of this user. */
export interface OtherMount {
  readonly mountPoint: string;
  /** Whose it is, as far as the kernel says. */
  readonly owner: MountOwner | undefined;
  /**
   * What the kernel says of a mount of one's own: a live one was made with other folders. `unknown` of somebody
   * else's, which nobody else may ask for.
   */
  readonly state: KernelAnswer | "unknown";
}

export interface MountOwner {
  readonly uid: number;
  /** Absent where the machine's list of users has none. */
  readonly name?: string;
}

/** Where bsmount is mounted besides `known`. Touches no mount of somebody else, and waits for none that hangs. */
export async function otherMounts(
  known: readonly Pick<MountStatus, "mountPoint">[],
  signal: AbortSignal,
  table: readonly MountEntry[] = readMountTable(),
): Promise<readonly OtherMount[]> {
  const ours = new Set(known.map(({ mountPoint }) => mountPoint));
  const others = new Map(
    table
      .filter(({ type, mountPoint }) => type === MOUNT_TYPE && !ours.has(mountPoint))
      .map((entry) => [entry.mountPoint, entry]),
  );
  return await Promise.all([...others.values()].map(async (entry) => await lookAt(entry, signal)));
}

async function lookAt(
  { mountPoint, userId }: MountEntry,
  signal: AbortSignal,
): Promise<OtherMount> {
  const isOwn = userId !== undefined && userId === process.geteuid?.();
  const state = isOwn ? await kernelAnswer(mountPoint, signal) : "unknown";
  return { mountPoint, owner: await ownerOf(userId), state };
}

async function ownerOf(uid: number | undefined): Promise<MountOwner | undefined> {
  if (uid === undefined) return undefined;
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  const name = new RegExp(`^([^:]+):[^:]*:${uid}:`, "m").exec(users)?.[1];
  return name === undefined ? { uid } : { uid, name };
}
