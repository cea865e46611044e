import { lstat, readlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { readMountTable } from "../fuse/mount-table.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";

/*
 * Finds the mount that a path leads to without looking at the mount: one whose process is dead fails
 * whoever does, one whose process is stopped lets him wait for ever. Symbolic links on the way are followed
 * one by one, and the way ends at the first mount point of bsmount.
 */

const MAX_LINKS = 40;

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

/** @throws BsmountError `usage` when links lead round in a circle */
export async function findMount(path: string, runtimeFolder: string): Promise<Place> {
  const all = await readRegistry(runtimeFolder);
  const entries = all.filter(({ record }) => record.status.isDetached !== true);
  const pointOf = ({ record }: RegistryEntry): string => record.status.mountPoint;
  const points = new Set([
    ...readMountTable().flatMap(({ type, mountPoint }) => (type === MOUNT_TYPE ? mountPoint : [])),
    ...entries.map(pointOf),
  ]);
  const place = await follow(path, points);
  return { ...place, entry: entries.find((entry) => pointOf(entry) === place.mountPoint) };
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

async function follow(path: string, points: ReadonlySet<string>): Promise<Omit<Place, "entry">> {
  let at = "/";
  let ahead = namesOf(resolve(path));
  for (let links = 0; links <= MAX_LINKS;) {
    if (points.has(at)) {
      const inside = ahead.map((name) => `/${name}`).join("");
      return { path: at + inside, mountPoint: at, inside };
    }
    const [name, ...rest] = ahead;
    if (name === undefined) return { path: at, mountPoint: undefined, inside: "" };
    const next = join(at, name);
    const target = points.has(next) ? undefined : await linkAt(next);
    if (target !== undefined) links += 1;
    ahead = target === undefined ? rest : [...namesOf(resolve(at, target)), ...rest];
    at = target === undefined ? next : "/";
  }
  throw new BsmountError("usage", `${path} leads through too many symbolic links`);
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

async function linkAt(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}
