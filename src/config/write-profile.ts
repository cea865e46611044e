import { dirname } from "node:path";
import { ensureParent, readPrivateFile, writePrivateFile } from "./private-file.ts";
import { editIni, type IniChanges } from "./edit-ini.ts";
import type { ProfilePlace } from "./profile.ts";

/**
 * Changes keys of a profile and keeps everything else in its file. Whoever reads it meanwhile sees the old
 * file or the new one, also after a crash; the new one is its owner's alone (0600).
 *
 * @throws BsmountError `usage` when others can read the file, `environment` when it cannot be written
 */
export async function writeProfile(place: ProfilePlace, changes: IniChanges): Promise<void> {
  await ensureParent(dirname(place.file));
  const text = (await readPrivateFile(place.file)) ?? "";
  await writePrivateFile(place.file, editIni(text, place.section, changes));
}
