import { BsmountError } from "../core/errors.ts";

/** `too-big`: the file at `path` would have more bytes than an upload can have. */
export function tooBigError(file: {
  readonly path: string;
  readonly sizeBytes: number;
  readonly maxFileBytes: number;
}): BsmountError {
  const { path, sizeBytes, maxFileBytes } = file;
  const problem = `${path} would have ${sizeBytes} bytes, BaseSpace takes ${maxFileBytes}`;
  return new BsmountError("too-big", problem, { remedy: "write it as several files" });
}
