import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { syncFolder } from "../../core/sync-folder.ts";
import { unlessMissing } from "../../core/unless-missing.ts";

const PIECE_BYTES = 4 * 1024 * 1024;

export interface LocalCopyOptions {
  readonly source: string;
  readonly target: string;
  /** Whether a file that has the name of the target is replaced. */
  readonly overwrites: boolean;
  /** Called with the bytes that were copied so far. */
  readonly onProgress: (copiedBytes: number) => void;
  readonly signal: AbortSignal;
}

/** What was copied. */
export interface LocalCopy {
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly sha256: string;
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Copies a staging file to a local one that only this user can read. The copy has its name when it is whole, on the disk,
 * and compared with what was read. Nothing that has the name already is lost.
 * @throws BsmountError `exists`, `changed` when the source was written meanwhile, `environment`; the signal's reason
 */
export async function copyLocally(options: LocalCopyOptions): Promise<LocalCopy> {
  const { source, target, overwrites } = options;
  try {
    if (!overwrites) await refuseExisting(target);
    return await copyUnderOtherName(options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof BsmountError) throw error;
    throw new BsmountError("environment", `cannot copy ${source} to ${target}`, { cause: error });
  }
}

async function copyUnderOtherName(options: LocalCopyOptions): Promise<LocalCopy> {
  const { source, target, overwrites } = options;
  const temporary = join(dirname(target), `.bsmount-export-${randomBytes(6).toString("hex")}`);
  await using from = await open(source, O_RDONLY | O_NOFOLLOW);
  try {
    const copy = await copyTo(temporary, from, options);
    // From here on nobody else can take the name.
    if (!overwrites) await reserve(target);
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return copy;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function copyTo(
  path: string,
  from: FileHandle,
  { source, onProgress, signal }: LocalCopyOptions,
): Promise<LocalCopy> {
  const before = await from.stat();
  await using to = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of piecesOf(from, signal)) {
    hash.update(piece);
    await writeAll(to, piece, sizeBytes);
    sizeBytes += piece.length;
    onProgress(sizeBytes);
  }
  await to.sync();
  const after = await from.stat();
  if (sizeBytes !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw changedError(source);
  }
  const sha256 = hash.digest("hex");
  if ((await digestOf(to, signal)) !== sha256) {
    throw new BsmountError(
      "environment",
      `${path} does not have the bytes that were written to it`,
      {
        remedy: "copy it to another disk",
      },
    );
  }
  return { sizeBytes, sha256 };
}

async function digestOf(file: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of piecesOf(file, signal)) hash.update(piece);
  return hash.digest("hex");
}

async function* piecesOf(
  file: FileHandle,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let offset = 0; ;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, offset);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    offset += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  }
}

async function refuseExisting(target: string): Promise<void> {
  const info = await unlessMissing(async () => await lstat(target));
  if (info !== undefined) throw existsError(target);
}

/** Creates an empty file, which the copy replaces at once. */
async function reserve(target: string): Promise<void> {
  try {
    await (await open(target, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)).close();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? existsError(target) : error;
  }
}

function existsError(target: string): BsmountError {
  return new BsmountError("exists", `${target} exists already`, {
    remedy: "give another target, or --force to replace it",
  });
}

function changedError(source: string): BsmountError {
  return new BsmountError("changed", `${source} was written while it was copied`, {
    remedy: "wait until its writer has closed it, then try again",
  });
}
