import { BsmountError, reasonOf } from "../core/errors.ts";

/*
 * Some failures of an upload are final: the app result was completed, aborted or deleted, or BaseSpace has a newer file
 * at the path, which must not be hidden. Then no later attempt can succeed, and the user has to take the bytes elsewhere.
 */

/** How to keep the bytes of a file that cannot be uploaded. */
const KEEP_BYTES = "bsmount uploads export copies its bytes to a local file";

const FINAL = "final: ";

/** No later attempt can upload the file; the cause says why. */
export class FinalUploadError extends BsmountError {
  override name = "FinalUploadError";

  constructor(cause: BsmountError) {
    super(cause.reason, `${FINAL}this file can no longer be uploaded: ${cause.message}`, {
      cause,
      remedy: `${cause.remedy ?? "write the file to another path"}; ${KEEP_BYTES}`,
    });
  }
}

/**
 * Runs an attempt to upload a file. It has begun anew already where BaseSpace had only forgotten what was sent.
 * @throws FinalUploadError instead of BsmountError `gone` and `unfinished`
 */
export async function withFinalFailures<Value>(attempt: () => Promise<Value>): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    throw isHopeless(error) ? new FinalUploadError(error) : error;
  }
}

/** `unfinished`: BaseSpace has a newer version than the one that an ended mount had left. */
function isHopeless(error: unknown): error is BsmountError {
  const isKnown = error instanceof BsmountError && !(error instanceof FinalUploadError);
  return isKnown && ["gone", "unfinished"].includes(reasonOf(error));
}

/** The reason, for the journal, why a file that an ended mount left behind can no longer be uploaded. */
export function finalReason(why: string): string {
  return `${FINAL}${why}; ${KEEP_BYTES}`;
}

/** A description of a failure without how to keep the bytes, where that is said once for several files. */
export function withoutKeepBytes(why: string): string {
  return why.endsWith(KEEP_BYTES) ? why.slice(0, -KEEP_BYTES.length).replace(/; $/, "") : why;
}

/** Whether a failure, or its description in a journal, is final. */
export function isFinalFailure(failure: unknown): boolean {
  return typeof failure === "string"
    ? failure.startsWith(FINAL)
    : failure instanceof FinalUploadError;
}
