import type { AppResultId, FileId } from "../core/ids.ts";

/** The destination of a file in BaseSpace. */
export interface UploadDestination {
  readonly appResultId: AppResultId;
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
}

/** A complete file in BaseSpace. */
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
 * What `write/` needs of a client that can upload; `session/` passes the API client in. Each method finds out itself
 * whether a request whose response was lost took effect. They throw BsmountError (`access-denied`, `read-only`,
 * `timeout`, `unavailable`, …) or the signal's reason.
 */
export interface UploadTarget {
  /** Uploads a whole file in one request, of up to 25 000 000 bytes. */
  whole(destination: UploadDestination, body: Body, options: CallOptions): Promise<UploadedFile>;
  begin(destination: UploadDestination, options: CallOptions): Promise<FileId>;
  /** Sends a part, in any order. A part that is sent again replaces the earlier one. */
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
