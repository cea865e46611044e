import { lstat } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { followLinks } from "../linux/follow-links.ts";
import { readMountTable } from "../linux/mount-table.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";

/** Where a path leads. */
export interface Place {
  /** Without symbolic links on the way to the mount. */
  readonly path: string;
  /** The mount of bsmount that it is on or in. */
  readonly mountPoint: string | undefined;
  /** The path in the mount: empty for the mount point itself, else with a leading slash. */
  readonly inside: string;
  /** Of its process, when that lives and is this user's. */
  readonly entry: RegistryEntry | undefined;
}

/** A mount whose process can be asked. */
export interface LivePlace extends Place {
  readonly mountPoint: string;
  readonly entry: RegistryEntry;
}

/**
 * Finds the mount that `path` leads to, without touching the mount: calls on one whose process is dead fail, and on one
 * whose process is stopped they never return.
 * @throws BsmountError `usage` when there are too many symbolic links
 */
export async function findMount(path: string, runtimeFolder: string): Promise<Place> {
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
): Promise<Place & { readonly mountPoint: string }> {
  const place = await findMount(path, runtimeFolder);
  const { mountPoint } = place;
  if (mountPoint === undefined || place.inside !== "") throw await notMounted(place);
  return { ...place, mountPoint };
}

/** The place as one whose process can be asked. @throws BsmountError `usage` */
export async function livePlace(place: Place): Promise<LivePlace> {
  const { mountPoint, entry } = place;
  if (mountPoint === undefined) throw await notMounted(place);
  if (entry !== undefined) return { ...place, mountPoint, entry };
  throw new BsmountError(
    "usage",
    `no process of yours that is known here serves the mount on ${mountPoint}`,
    {
      remedy:
        "a live mount is found with the XDG_RUNTIME_DIR and XDG_STATE_HOME that it was made with; " +
        `a dead one is cleared by bsmount unmount ${mountPoint}`,
    },
  );
}

async function notMounted({ path, mountPoint }: Place): Promise<BsmountError> {
  if (mountPoint !== undefined) {
    return new BsmountError("usage", `${path} is inside the mount on ${mountPoint}`, {
      remedy: `give the mount point itself: ${mountPoint}`,
    });
  }
  const isThere = await lstat(path).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== "ENOENT" && code !== "ENOTDIR",
  );
  const problem = isThere ? `bsmount has nothing mounted on ${path}` : `there is no ${path}`;
  return new BsmountError("usage", problem, { remedy: "bsmount status lists the live mounts" });
}
