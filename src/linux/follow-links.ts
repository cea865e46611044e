import { readlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";

/** As many as Linux follows in one path, see path_resolution(7). */
const MAX_LINKS = 40;

/** Where following a path ended. */
export interface FollowedPath {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** The names behind `path` that were not followed, because `isEnd` stopped there. */
  readonly rest: readonly string[];
}

/**
 * Follows the symbolic links of `path` one by one, without touching anything at or behind the path for which `isEnd`
 * returns true: a mount whose process is dead fails every call, and one whose process is stopped never returns.
 * Names that do not exist are taken as they are.
 * @param isEnd - is called for each folder on the way, and for the last name with `isLast`
 * @throws BsmountError `usage` when there are too many links
 */
export async function followLinks(
  path: string,
  isEnd: (path: string, isLast: boolean) => boolean,
): Promise<FollowedPath> {
  let followed = "/";
  let rest = namesOf(resolve(path));
  for (let links = 0; links <= MAX_LINKS;) {
    if (isEnd(followed, rest.length === 0)) return { path: followed, rest };
    const [name, ...others] = rest;
    if (name === undefined) return { path: followed, rest };
    const next = join(followed, name);
    const target = isEnd(next, others.length === 0) ? undefined : await linkTarget(next);
    if (target === undefined) {
      followed = next;
      rest = others;
    } else {
      links += 1;
      rest = [...namesOf(resolve(followed, target)), ...others];
      followed = "/";
    }
  }
  throw new BsmountError("usage", `${path} leads through too many symbolic links`);
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

async function linkTarget(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}
