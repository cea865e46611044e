import { lstat } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { followLinks } from "../linux/follow-links.ts";
import { readMountTable } from "../linux/mount-table.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";

/** A path with the mount that it leads to. */
export interface MountPath {
  /** Absolute, without symbolic links up to the mount. */
  readonly path: string;
  /** The mount of bsmount that the path is or is in. */
  readonly mountPoint: string | undefined;
  /** The rest of the path in the mount: empty for the mount point itself, else with a leading slash. */
  readonly inside: string;
  /** The registry entry, if its process is alive and belongs to this user. */
  readonly entry: RegistryEntry | undefined;
}

/** A path in a mount that accepts requests. */
export interface LiveMountPath extends MountPath {
  readonly mountPoint: string;
  readonly entry: RegistryEntry;
}

/**
 * Finds the mount that `path` leads to, without touching the mount: calls on one whose process is dead fail, and on one
 * whose process is stopped they never return.
 * @throws BsmountError `usage` when there are too many symbolic links
 */
export async function findMount(path: string, runtimeFolder: string): Promise<MountPath> {
  const all = await readRegistry(runtimeFolder);
  const entries = all.filter(({ record }) => record.status.isDetached !== true);
  const pointOf = ({ record }: RegistryEntry): string => record.status.mountPoint;
  const points = new Set([
    ...readMountTable().flatMap(({ type, mountPoint }) => (type === MOUNT_TYPE ? mountPoint : [])),
    ...entries.map(pointOf),
  ]);
  const reached = await followLinks(path, (at) => points.has(at));
  const inside = reached.rest.map((name) => `/${name}`).join("");
  const mountPoint = points.has(reached.path) ? reached.path : undefined;
  const entry = entries.find((candidate) => pointOf(candidate) === mountPoint);
  return { path: reached.path + inside, mountPoint, inside, entry };
}

/**
 * The mount point at `path` itself.
 * @throws BsmountError `usage` when nothing of bsmount is mounted there
 */
export async function findMountPoint(
  path: string,
  runtimeFolder: string,
): Promise<MountPath & { readonly mountPoint: string }> {
  const found = await findMount(path, runtimeFolder);
  const { mountPoint } = found;
  if (mountPoint === undefined || found.inside !== "") throw await notMountedError(found);
  return { ...found, mountPoint };
}

/** Returns `found` if its mount accepts requests. @throws BsmountError `usage` */
export async function requireLiveMount(found: MountPath): Promise<LiveMountPath> {
  const { mountPoint, entry } = found;
  if (mountPoint === undefined) throw await notMountedError(found);
  if (entry !== undefined) return { ...found, mountPoint, entry };
  throw new BsmountError("usage", `no known process of yours serves the mount on ${mountPoint}`, {
    remedy:
      "use the XDG_RUNTIME_DIR and XDG_STATE_HOME with which it was mounted; " +
      `if it is dead, bsmount unmount ${mountPoint} removes it`,
  });
}

async function notMountedError({ path, mountPoint }: MountPath): Promise<BsmountError> {
  if (mountPoint !== undefined) {
    return new BsmountError("usage", `${path} is inside the mount on ${mountPoint}`, {
      remedy: `give the mount point itself: ${mountPoint}`,
    });
  }
  const exists = await lstat(path).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== "ENOENT" && code !== "ENOTDIR",
  );
  const problem = exists ? `bsmount has nothing mounted on ${path}` : `${path} does not exist`;
  return new BsmountError("usage", problem, { remedy: "bsmount status lists the live mounts" });
}
