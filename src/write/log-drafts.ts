import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { unlessMissing } from "../core/unless-missing.ts";
import type { LogContent } from "./read-result-log.ts";
import { compacted } from "./result-events.ts";

/*
 * Files that are going to continue a log of an app result, or to replace one of its files; see `result-log.ts`. Nobody
 * reads them before they have their final name.
 */

/** A file that says what a log says. */
export interface LogDraft {
  readonly path: string;
  /** The events that it was made from. */
  readonly count: number;
}

const DRAFT = ".new";
const OLD_DRAFT_MS = 60 * 60_000;

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

/** The path of a new draft of the log at `log`. */
export function draftPath(log: string): string {
  return `${log}.${randomBytes(8).toString("hex")}${DRAFT}`;
}

/** Makes a draft of the log at `log`, which survives a power cut, and removes those of processes that were killed. */
export async function makeDraft(log: string, { events }: LogContent): Promise<LogDraft> {
  await removeOldDrafts(log);
  const path = draftPath(log);
  try {
    await writeDurably(path, compacted(events));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, count: events.length };
}

/** Returns when the content survives a power cut. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;
  await using file = await open(path, flags, 0o600);
  await file.writeFile(text, "utf8");
  await file.datasync();
}

async function removeOldDrafts(log: string): Promise<void> {
  const folder = dirname(log);
  const prefix = `${basename(log)}.`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(DRAFT)) continue;
    const path = join(folder, name);
    const info = await unlessMissing(async () => await lstat(path));
    const isOld = info !== undefined && Date.now() - info.mtimeMs > OLD_DRAFT_MS;
    if (isOld) await rm(path, { force: true });
  }
}
