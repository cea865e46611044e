import { BsmountError } from "../core/errors.ts";

/** An attempt to finish a file was stopped before BaseSpace was told to complete it. */
export class UploadStoppedError extends BsmountError {
  constructor() {
    super("aborted", "the upload was stopped, because its file was renamed, replaced or removed");
  }
}
