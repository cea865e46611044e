import type { AppResultId, FileId } from "../core/ids.ts";

/** The path that a file gets in BaseSpace. */
export interface FileDestination {
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

interface CallOptions {
  readonly signal: AbortSignal;
}

interface Body {
  readonly bytes: Uint8Array;
}

/**
 * The calls that upload files; `session/` hands in the client's. Each takes effect once: before it is sent again, it
 * looks up whether it was done. They throw BsmountError (`access-denied`, `read-only`, `timeout`, `unavailable`, …) or
 * the signal's reason.
 */
export interface UploadTarget {
  /** A whole file in one request, of up to 25 000 000 bytes. */
  whole(destination: FileDestination, body: Body, options: CallOptions): Promise<UploadedFile>;
  begin(destination: FileDestination, options: CallOptions): Promise<FileId>;
  /** Sends a part, in any order; one that is sent again replaces the one before. */
  part(
    part: { readonly fileId: FileId; readonly number: number },
    body: Body,
    options: CallOptions,
  ): Promise<unknown>;
  complete(
    file: { readonly fileId: FileId; readonly sizeBytes: number },
    options: CallOptions,
  ): Promise<UploadedFile>;
  abort(fileId: FileId, options: CallOptions): Promise<void>;
}
