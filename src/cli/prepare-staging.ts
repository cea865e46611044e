import type { Config } from "../config/config.ts";
import { stagingFolderIn } from "../config/folders.ts";
import { ensurePrivateFolder } from "../linux/private-folder.ts";
import { checkStagingDisk } from "../mount/mount.ts";

/**
 * Checks where a mount is going to stage what is written, and makes the folder if an option names it.
 * @throws BsmountError `usage` for a place that cannot hold it, `environment` for a folder that others can change
 */
export async function prepareStaging({ folders, mount }: Config, uid: number): Promise<void> {
  if (mount.readOnly) return;
  await checkStagingDisk(folders.staging);
  if (folders.staging === stagingFolderIn(folders.state)) return;
  await ensurePrivateFolder(folders.staging, uid);
}
