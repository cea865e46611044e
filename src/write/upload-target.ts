import type { AppResultId, FileId } from "../core/ids.ts";

/** Where a file goes: the name it gets in BaseSpace. */
export interface UploadPlace {
  readonly appResultId: AppResultId;
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
}

/** A file that BaseSpace says is complete. */
export interface UploadedFile {
  readonly id: FileId;
  readonly path: string;
  readonly sizeBytes: number;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly etag?: string;
  readonly contentType?: string;
}

interface Waiting {
  readonly signal: AbortSignal;
}

interface Body {
  readonly bytes: Uint8Array;
}

/**
 * What `write/` asks of whoever can upload; `session/` hands in the client's. Every method settles each
 * doubt of its own: what may have been done is looked up before it is done again. They throw BsmountError
 * (`access-denied`, `read-only`, `timeout`, `unavailable`, …) or the signal's reason.
 */
export interface UploadTarget {
  /** A whole file in one request, of up to 25 000 000 bytes. */
  whole(place: UploadPlace, body: Body, options: Waiting): Promise<UploadedFile>;
  begin(place: UploadPlace, options: Waiting): Promise<FileId>;
  /** Sends a part, in any order; sent again it takes the place of the one before. */
  part(
    part: { readonly fileId: FileId; readonly number: number },
    body: Body,
    options: Waiting,
  ): Promise<unknown>;
  complete(
    file: { readonly fileId: FileId; readonly sizeBytes: number },
    options: Waiting,
  ): Promise<UploadedFile>;
  abort(fileId: FileId, options: Waiting): Promise<void>;
}
