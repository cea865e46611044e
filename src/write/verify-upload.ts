import { rangeLength } from "../core/byte-range.ts";
import { BsmountError } from "../core/errors.ts";
import { inParallel } from "../core/parallel.ts";
import type { VerifiedBy } from "./journal-events.ts";
import type { PartMemory } from "./part-memory.ts";
import type { SentContent } from "./sent-content.ts";
import type { UploadedContent, UploadedFile, UploadTarget } from "./upload-target.ts";

/*
 * What is compared of a file that BaseSpace marked complete with the bytes that were sent. `api/uploads/` has compared
 * the size already, and the MD5 of each request with the ETag of its response. Here the ETag of a file of several parts
 * is compared with the MD5s of the parts, and where the user wants that, or that ETag is another one, the content is
 * read from BaseSpace.
 */

export interface VerifyOptions {
  readonly target: Pick<UploadTarget, "md5">;
  readonly memory: PartMemory;
  /** Reads files of BaseSpace; without it an ETag that differs is an error. */
  readonly content?: UploadedContent | undefined;
  /** Reads every file back. */
  readonly readsBack: boolean;
}

/** Pieces that are read at a time. */
const PARALLEL = 4;

/** A piece that differs is read once more: it may have been damaged on the way. */
const MOST_READINGS = 2;

/**
 * Compares `file`, which BaseSpace marked complete, with what was sent. Returns how.
 *
 * @throws DamagedUploadError when they differ; what reading the content throws
 */
export async function verifyUpload(
  file: UploadedFile,
  sent: SentContent,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<readonly VerifiedBy[]> {
  const { content, readsBack, target } = options;
  const found = await compareEtag(file, sent, target);
  if (found === "other" && content === undefined) throw otherEtagError(file);
  const verified: VerifiedBy[] = ["size"];
  if (sent.areAcknowledged) verified.push("MD5 of each part");
  if (found === "MD5" || found === "ETag") verified.push(found);
  if (content === undefined || (found !== "other" && !readsBack)) return verified;
  await readBack(file, sent, { ...options, content }, signal);
  return [...verified, "read back"];
}

/** BaseSpace marked a file complete whose content is not the one that was sent. */
export class DamagedUploadError extends BsmountError {
  override name = "DamagedUploadError";

  constructor(file: Pick<UploadedFile, "id" | "path">, problem: string, options?: ErrorOptions) {
    super("unavailable", `${file.path} is damaged in BaseSpace, as file ${file.id}: ${problem}`, {
      ...options,
      remedy: "its bytes stay on this machine: close it again, or remount, to upload it once more",
    });
  }
}

function otherEtagError(file: UploadedFile): DamagedUploadError {
  return new DamagedUploadError(file, `its ETag ${file.etag ?? ""} is not that of what was sent`);
}

/**
 * `unknown` when the ETag says nothing about the content: it is missing, of another form, or of another number of
 * parts. No document says how BaseSpace makes the ETag of a file of several parts, so one that differs is no proof.
 */
async function compareEtag(
  { etag }: UploadedFile,
  { pieces }: SentContent,
  target: VerifyOptions["target"],
): Promise<"ETag" | "MD5" | "other" | "unknown"> {
  const [, found, count] = /^([0-9a-f]{32})(?:-(\d+))?$/.exec(etag?.toLowerCase() ?? "") ?? [];
  const md5s = pieces.map(({ md5 }) => md5);
  if (found === undefined || Number(count ?? 1) !== md5s.length) return "unknown";
  if (count === undefined) return found === md5s[0] ? "MD5" : "other";
  const md5 = await target.md5(Buffer.from(md5s.join(""), "hex"));
  return found === md5 ? "ETag" : "other";
}

/** @throws DamagedUploadError, what reading throws */
async function readBack(
  file: UploadedFile,
  { pieces, sizeBytes }: SentContent,
  { content, memory, target }: VerifyOptions & { readonly content: UploadedContent },
  signal: AbortSignal,
): Promise<void> {
  const limits = { limit: PARALLEL, signal };
  await inParallel(pieces, limits, async ({ range, md5 }, inner) => {
    const length = rangeLength(range);
    if (length === 0) return;
    const read = async (): Promise<string> =>
      await memory.use(length, inner, async (into) => {
        await content.readRange({ fileId: file.id, sizeBytes, range, into }, inner);
        return await target.md5(into);
      });
    for (let reading = 1; (await read()) !== md5; reading += 1) {
      if (reading < MOST_READINGS) continue;
      const where = `bytes ${range.start} to ${range.end - 1}`;
      throw new DamagedUploadError(
        file,
        `${where} that were read back are not those that were sent`,
      );
    }
  });
}
