import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { stagingFolderIn } from "../config/folders.ts";
import { BsmountError } from "../core/errors.ts";
import { ensurePrivateFolder } from "../linux/private-folder.ts";
import { checkStagingDisk } from "../mount/mount.ts";

/**
 * Checks where a mount is going to stage what is written, and makes the folder if an option names it.
 * @throws BsmountError `usage` for a place that cannot hold it, `environment` for a folder that others can change
 */
export async function prepareStaging(
  { folders, mount }: Pick<Config, "folders" | "mount">,
  uid: number,
): Promise<void> {
  if (mount.readOnly) return;
  await checkStagingDisk(folders.staging);
  if (folders.staging === stagingFolderIn(folders.state)) return;
  await refuseMissingParent(folders.staging);
  await ensurePrivateFolder(folders.staging, uid);
}

/** A path with several missing folders is probably mistyped, or on a disk that is not mounted now. */
async function refuseMissingParent(folder: string): Promise<void> {
  const parent = dirname(folder);
  const code = await stat(parent).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code !== "ENOENT") return;
  const problem = `cannot stage written files in ${folder}: there is no folder ${parent}`;
  throw new BsmountError("usage", problem, {
    remedy: `correct --staging-dir, mount the disk that it is on, or make the folder: mkdir -p '${parent}'`,
  });
}
