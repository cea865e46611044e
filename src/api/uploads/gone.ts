import { reasonOf } from "../../core/errors.ts";
import { ApiError } from "../errors.ts";

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

/** Runs a request about a pending file. @throws ApiError `gone` in place of `not-found` */
export async function ofUpload<Value>(request: () => Promise<Value>): Promise<Value> {
  return await named(UPLOAD, request);
}

/** Runs a request that adds a file to an app result or a sample. @throws ApiError `gone` in place of `not-found` */
export async function ofTarget<Value>(request: () => Promise<Value>): Promise<Value> {
  return await named(TARGET, request);
}

async function named<Value>(
  { problem, remedy }: Missing,
  request: () => Promise<Value>,
): Promise<Value> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof ApiError) || reasonOf(error) !== "not-found") throw error;
    throw new ApiError("gone", error, problem, { cause: error, remedy });
  }
}
