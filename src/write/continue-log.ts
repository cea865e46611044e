import { randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { syncFolder } from "../core/sync-folder.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { draftPath, type LogDraft, makeDraft, writeDurably } from "./log-drafts.ts";
import { type LogContent, readLog } from "./read-result-log.ts";
import { compacted, sealLine } from "./result-events.ts";

/*
 * A log that has become long is continued in a new file, which says what is still true in fewer bytes. Nobody locks
 * anything, and a process may be killed at any moment:
 *
 * 1. A process appends a line that seals the log, and names the next file. Of several such lines the first one counts. As
 *    all lines of a file have an order, everybody knows which ones came before the seal: they are in force. A process
 *    that finds its own line behind the seal appends it again, to the next file.
 * 2. The next file is written under another name, flushed to the disk, and gets its name by link(2), which fails when it
 *    is there already. So it has its whole content from the first moment, and a slow process never replaces a newer
 *    file by an older one. If the process that wrote the seal has been killed, the next one that wants to append does
 *    this.
 * 3. Then the sealed file is replaced by one that has the seal alone. It stays there: from the first file of a log, the
 *    seals lead to the last one. Readers that had the file open still have all of it.
 */

/** A file of a log. */
export interface OpenLog {
  /** Of the first file of the log. */
  readonly firstPath: string;
  readonly path: string;
  readonly file: FileHandle;
}

/** The file that continues the one that has `seal`. */
export function nextPath(firstPath: string, seal: string): string {
  return `${firstPath}.${seal}`;
}

/**
 * Seals a file and continues the log in another. Returns the path of that.
 * @throws BsmountError `no-space`; what the disk refuses
 */
export async function compactLog(log: OpenLog): Promise<string> {
  // Before the seal, after which nothing can be appended where the disk has no room for another file.
  return await withDraft(log, async (draft) => {
    const seal = Buffer.from(sealLine(randomBytes(8).toString("hex")), "utf8");
    const { bytesWritten } = await log.file.write(seal);
    if (bytesWritten < seal.length) throw fullLogError(log.firstPath);
    return await continueIn(log, draft);
  });
}

/**
 * Returns the path of the file that continues a sealed one, and makes it if nobody has.
 * @throws BsmountError `no-space`; what the disk refuses
 */
export async function continueLog(log: OpenLog, seal: string): Promise<string> {
  const next = nextPath(log.firstPath, seal);
  if (await isThere(next)) return next;
  return await withDraft(log, async (draft) => await continueIn(log, draft));
}

async function withDraft<T>(log: OpenLog, work: (draft: LogDraft) => Promise<T>): Promise<T> {
  const draft = await makeDraft(log.firstPath, await wholeOf(log));
  try {
    return await work(draft);
  } finally {
    await rm(draft.path, { force: true });
  }
}

/** @param draft of what was in the file before it was sealed */
async function continueIn(log: OpenLog, draft: LogDraft): Promise<string> {
  const whole = await wholeOf(log);
  if (whole.seal === undefined) throw new Error(`${log.path} is not sealed`);
  // Other processes may have appended before the seal.
  if (whole.events.length !== draft.count) await writeDurably(draft.path, compacted(whole.events));
  const next = nextPath(log.firstPath, whole.seal);
  await link(draft.path, next).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  await syncFolder(dirname(next));
  // The next file has everything: this only gives space back.
  await leaveSeal(log, whole).catch(() => {});
  return next;
}

async function leaveSeal(log: OpenLog, { seal = "", inode }: LogContent): Promise<void> {
  const draft = draftPath(log.firstPath);
  try {
    await writeDurably(draft, sealLine(seal));
    const { ino } = await lstat(log.path, { bigint: true });
    if (ino === inode) await rename(draft, log.path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function wholeOf({ file, firstPath }: OpenLog): Promise<LogContent> {
  return await readLog(file, firstPath, { inode: undefined, from: 0 });
}

export async function isThere(path: string): Promise<boolean> {
  return (await unlessMissing(async () => await lstat(path))) !== undefined;
}

export function fullLogError(path: string): BsmountError {
  return new BsmountError("no-space", `the disk is full: cannot write to ${path}`, {
    remedy: "free space there, or mount with --state-dir on another disk",
  });
}
