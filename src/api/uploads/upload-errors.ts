import { reasonOf } from "../../core/errors.ts";
import { ApiError } from "../transport/errors.ts";

/*
 * To an upload, "not there" is no answer to the question whether a name exists. The file is there, on this
 * machine, and it is BaseSpace that no longer takes it: a program that closes it must not read "no such file".
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
  remedy: "look whether it was deleted in BaseSpace, and write the file into another app result",
};

const ENDED: Missing = {
  problem:
    "BaseSpace takes nothing more of this upload, which is complete, was given up, or is in a result that has ended",
  remedy: "write the file again, into another app result if this one has ended",
};

/** What the service says of a pending file that takes no more parts. */
const CONFLICT = 409;

/** Runs a request about a pending file. @throws ApiError `gone` in place of `not-found`, and where it has ended */
export async function ofUpload<Value>(request: () => Promise<Value>): Promise<Value> {
  return await named(
    (error) => (error.status === CONFLICT ? ENDED : missing(error, UPLOAD)),
    request,
  );
}

/** Runs a request that adds a file to an app result or a sample. @throws ApiError `gone` in place of `not-found` */
export async function ofTarget<Value>(request: () => Promise<Value>): Promise<Value> {
  return await named((error) => missing(error, TARGET), request);
}

function missing(error: ApiError, what: Missing): Missing | undefined {
  return reasonOf(error) === "not-found" ? what : undefined;
}

async function named<Value>(
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
