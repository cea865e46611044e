import { reasonOf } from "../../core/errors.ts";
import { ApiError } from "../transport/errors.ts";

/*
 * To an upload, "not found" has another meaning than to a lookup. The local file exists, and BaseSpace no longer
 * accepts it: a program that closes the file must not read "no such file".
 */

interface Missing {
  readonly problem: string;
  readonly remedy: string;
}

const UPLOAD: Missing = {
  problem: "BaseSpace no longer knows this upload, or what was to take the file",
  remedy: "write the file again, into another app result if this one was deleted",
};

const TARGET: Missing = {
  problem: "BaseSpace no longer knows what was to take the file",
  remedy: "check whether it was deleted in BaseSpace, and write the file into another app result",
};

const ENDED: Missing = {
  problem:
    "BaseSpace takes nothing more of this upload, which is complete, was given up, or is in a result that has ended",
  remedy: "write the file again, into another app result if this one has ended",
};

const CLOSED: Missing = {
  problem: "BaseSpace takes no more files there: the result is Complete or Aborted",
  remedy: "write the file into another app result",
};

/** The status for a pending file that accepts no more parts, and for a result that accepts no more files. */
const CONFLICT = 409;

/**
 * Runs a request about a pending file. @throws ApiError `gone` instead of `not-found`, and when the upload has ended
 */
export async function withUploadErrors<Value>(request: () => Promise<Value>): Promise<Value> {
  return await translateErrors(
    (error) => (error.status === CONFLICT ? ENDED : missingMeaning(error, UPLOAD)),
    request,
  );
}

/**
 * Runs a request that adds a file to an app result or a sample.
 * @throws ApiError `gone` instead of `not-found`, and when the result or the sample takes no more files
 */
export async function withDestinationErrors<Value>(request: () => Promise<Value>): Promise<Value> {
  return await translateErrors(
    (error) => (error.status === CONFLICT ? CLOSED : missingMeaning(error, TARGET)),
    request,
  );
}

function missingMeaning(error: ApiError, what: Missing): Missing | undefined {
  return reasonOf(error) === "not-found" ? what : undefined;
}

async function translateErrors<Value>(
  meaningOf: (error: ApiError) => Missing | undefined,
  request: () => Promise<Value>,
): Promise<Value> {
  try {
    return await request();
  } catch (error) {
    const meaning = error instanceof ApiError ? meaningOf(error) : undefined;
    if (meaning === undefined) throw error;
    const { problem, remedy } = meaning;
    throw new ApiError("gone", error as ApiError, problem, { cause: error, remedy });
  }
}
