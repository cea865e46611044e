import { constants } from "node:fs";
import { open, opendir } from "node:fs/promises";
import { join } from "node:path";
import { BsmountError, describeError } from "../../core/errors.ts";
import {
  parseJson,
  parseRecording,
  type Recording,
  refuseRecording,
  type SkippedRecording,
} from "./recording.ts";

/** A catalog in the folder of the recordings, which is used instead of the one that is derived from them. */
export const CATALOG_NAME = "catalog.json";

/** The limits of a folder; everything in it is in memory at the same time. */
const MAX_FILES = 2000;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** What a folder of recordings contains. */
export interface RecordingFolder {
  /** In the order of their files' names. */
  readonly recordings: readonly Recording[];
  readonly skipped: readonly SkippedRecording[];
  /** The JSON of the folder's catalog; undefined without one. */
  readonly catalog: unknown;
}

/**
 * Reads all recordings of a folder: its files whose names end in `.json`, without those of subfolders.
 *
 * @throws BsmountError `usage` for a folder that cannot be read, has no recording or is too big, and for a file that is
 * no recording
 */
export async function readRecordings(
  folder: string,
  signal: AbortSignal,
): Promise<RecordingFolder> {
  const names = await jsonNames(folder, signal);
  const catalog = names.includes(CATALOG_NAME)
    ? parseJson(CATALOG_NAME, (await readJson(folder, CATALOG_NAME)).toString("utf8"))
    : undefined;
  const recordings: Recording[] = [];
  const skipped: SkippedRecording[] = [];
  let totalBytes = 0;
  for (const file of names.filter((name) => name !== CATALOG_NAME)) {
    signal.throwIfAborted();
    const text = await readJson(folder, file);
    totalBytes += text.length;
    if (totalBytes > MAX_TOTAL_BYTES) {
      refuseFolder(folder, `its recordings are larger than ${MAX_TOTAL_BYTES} bytes together`);
    }
    const recording = parseRecording(file, text.toString("utf8"));
    if ("reason" in recording) skipped.push(recording);
    else recordings.push(recording);
  }
  if (recordings.length + skipped.length === 0) refuseFolder(folder, "it has no .json file");
  return { recordings, skipped, catalog };
}

async function jsonNames(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      signal.throwIfAborted();
      if (!name.endsWith(".json")) continue;
      names.push(name);
      if (names.length > MAX_FILES) break;
    }
  } catch (cause) {
    signal.throwIfAborted();
    refuseFolder(folder, describeError(cause), cause);
  }
  if (names.length > MAX_FILES) refuseFolder(folder, `it has more than ${MAX_FILES} .json files`);
  return names.sort();
}

/** Neither waits for a pipe nor reads more than the limit, even if the file grows. */
async function readJson(folder: string, file: string): Promise<Buffer> {
  try {
    await using handle = await open(join(folder, file), constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) return refuseRecording(file, "it is not a regular file");
    const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length > MAX_FILE_BYTES) break;
    }
    if (length > MAX_FILE_BYTES) refuseRecording(file, `it is larger than ${MAX_FILE_BYTES} bytes`);
    return bytes.subarray(0, length);
  } catch (cause) {
    if (cause instanceof BsmountError) throw cause;
    return refuseRecording(file, describeError(cause), cause);
  }
}

function refuseFolder(folder: string, problem: string, cause?: unknown): never {
  throw new BsmountError("usage", `cannot verify against the recordings in ${folder}: ${problem}`, {
    cause,
    remedy: "set --against to a folder of recordings",
  });
}
