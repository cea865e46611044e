import { resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { pathInMount } from "../mount/mount.ts";
import { isRemote, remoteNames } from "./remote-path.ts";

/**
 * The path with a leading slash under which a mount shows what `given` names: a path in a mount, or `bs:/…`. The mount
 * is not touched.
 * @throws BsmountError `usage` for any other path
 */
export async function shownPath(given: string, runtimeFolder: string): Promise<string> {
  if (isRemote(given)) return `/${remoteNames(given).join("/")}`;
  const inMount = await pathInMount(resolve(given), runtimeFolder);
  if (inMount !== undefined) return inMount.inside;
  throw new BsmountError("usage", `${JSON.stringify(given)} is in no mount`, {
    remedy: "give a path in a mount, or bs:/projects/…",
  });
}
