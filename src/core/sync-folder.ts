import { open } from "node:fs/promises";

/** Returns when the names in a folder survive a power cut, see fsync(2). @throws what open(2) and fsync(2) throw */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path);
  await folder.sync();
}
