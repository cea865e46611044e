import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileId } from "../core/ids.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { localDisk } from "./local-disk.ts";
import { ResultLog } from "./result-log.ts";

/** A file that was removed on this machine, and that BaseSpace still has. */
export interface RemovedFile {
  readonly id: FileId;
  /** Its app result, as the mount showed it. */
  readonly resultPath: string;
  /** In the app result. */
  readonly path: string;
  readonly removed: Date;
  /** The log with its whiteout. */
  readonly log: string;
}

/**
 * The files that have whiteouts, oldest first.
 * @param folder - that of the logs
 * @throws BsmountError `environment` when a log cannot be read
 */
export async function removedFiles(folder: string): Promise<readonly RemovedFile[]> {
  const names = await localDisk({ what: "read", path: folder }, async () => {
    return (await unlessMissing(async () => await readdir(folder))) ?? [];
  });
  const files: RemovedFile[] = [];
  for (const name of names.filter((each) => each.endsWith(".log"))) {
    files.push(...(await removedIn(join(folder, name))));
  }
  return files.toSorted((a, b) => a.removed.getTime() - b.removed.getTime());
}

async function removedIn(log: string): Promise<readonly RemovedFile[]> {
  const files = new Map<FileId, RemovedFile>();
  for (const event of (await new ResultLog(log).news()).events) {
    if (event.event === "restored") files.delete(event.id);
    if (event.event !== "hidden") continue;
    const { id, path, resultPath, at } = event;
    files.set(id, { id, path, resultPath, removed: new Date(at), log });
  }
  return [...files.values()];
}

/** Shows files again, on all mounts of this machine within a second or so. @throws BsmountError `no-space`, `environment` */
export async function restoreNames(files: readonly RemovedFile[]): Promise<void> {
  const byLog = new Map<string, RemovedFile[]>();
  for (const file of files) byLog.set(file.log, [...(byLog.get(file.log) ?? []), file]);
  for (const [log, restored] of byLog) {
    const events = restored.map(({ id, path }) => ({ event: "restored", id, path }) as const);
    await new ResultLog(log).append(events);
  }
}
