import type { ByteRange } from "../core/byte-range.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import type { UploadProtocol } from "../upload/upload-protocol.ts";

/** The destination of a file in BaseSpace. */
export interface ResultFilePath {
  readonly appResultId: AppResultId;
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
}

/** Equal for equal destinations. */
export function destinationKey({ appResultId, path }: ResultFilePath): string {
  return `${appResultId}/${path}`;
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
  /** In lower-case hex, when it is known. */
  readonly md5?: string;
}

/**
 * What `write/` needs of a client that can upload; `session/` passes the API client in. When a response is lost, a
 * method finds out whether the request took effect, or sends it again if that has the same effect. The methods throw
 * BsmountError (`access-denied`, `read-only`, `timeout`, `unavailable`, …) or the signal's reason. When BaseSpace marked
 * a file complete that has other bytes than were sent, the error of `whole` and `complete` has its Id; see
 * {@link wrongFileId}.
 */
export interface UploadTarget {
  /** Uploads a whole file in one request, of up to 25 000 000 bytes. */
  whole(destination: ResultFilePath, body: Body, options: CallOptions): Promise<UploadedFile>;
  begin(destination: ResultFilePath, options: CallOptions): Promise<FileId>;
  /** Sends a part, in any order. A part that is sent again replaces the earlier one. Returns its MD5, lower-case hex. */
  part(
    part: { readonly fileId: FileId; readonly number: number },
    body: Body,
    options: CallOptions,
  ): Promise<string>;
  complete(
    file: { readonly fileId: FileId; readonly sizeBytes: number },
    options: CallOptions,
  ): Promise<UploadedFile>;
  abort(fileId: FileId, options: CallOptions): Promise<void>;
  /** The file that an upload in parts began, complete or not; undefined when BaseSpace does not know it any more. */
  find(fileId: FileId, options: CallOptions): Promise<FoundUpload | undefined>;
  /** The parts that BaseSpace has of a pending file; undefined when it does not say. */
  parts(fileId: FileId, options: CallOptions): Promise<readonly ListedPart[] | undefined>;
  /**
   * The complete file that the path of `destination` shows, if it is one of the newest, or one with a greater Id than
   * `after`.
   */
  newest(
    destination: ResultFilePath,
    options: CallOptions & { readonly after?: FileId | undefined },
  ): Promise<UploadedFile | undefined>;
  /** In lower-case hex. */
  md5(bytes: Uint8Array): Promise<string>;
}

/** The complete file that does not have the bytes that were sent, if that is what `error` says. */
export function wrongFileId(error: unknown): FileId | undefined {
  if (!(error instanceof Error) || !("wrongFileId" in error)) return undefined;
  return typeof error.wrongFileId === "string" ? error.wrongFileId : undefined;
}

/** A part of a pending file, as BaseSpace lists it. */
export interface ListedPart {
  readonly number: number;
  /** Its MD5, in lower-case hex; undefined when BaseSpace does not say. */
  readonly md5?: string | undefined;
}

/** What `write/` needs to read a file of BaseSpace; `session/` passes the API client in. */
export interface UploadedContent {
  /**
   * Reads `range` of a file of `sizeBytes` into `into`, which has its length and may be shared memory.
   * @throws BsmountError `timeout`, `unavailable`, `changed`; the signal's reason
   */
  readRange(
    part: {
      readonly fileId: FileId;
      readonly sizeBytes: number;
      readonly range: ByteRange;
      readonly into: Uint8Array;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A file of BaseSpace, and how far its upload is. */
export interface FoundUpload extends UploadedFile {
  /** `pending`, `complete`, `aborted` and others. */
  readonly uploadStatus?: string;
}

/** Called with what becomes of an upload in parts. */
export interface UploadRecorder {
  /** Parts are sent when it returns. */
  begun(fileId: FileId): Promise<void>;
  sent(number: number, part: { readonly partBytes: number; readonly md5: string }): void;
  /** The upload is not continued. */
  dropped(): void;
}

/** The protocol of an upload in parts to one destination. */
export function protocolOf(
  target: UploadTarget,
  destination: ResultFilePath,
  recorder: UploadRecorder,
): UploadProtocol<FileId, UploadedFile> {
  return {
    begin: async (signal) => {
      const fileId = await target.begin(destination, { signal });
      await recorder.begun(fileId);
      return fileId;
    },
    sendPart: async (fileId, { number, bytes }, signal) => {
      const md5 = await target.part({ fileId, number }, { bytes }, { signal });
      recorder.sent(number, { partBytes: bytes.length, md5 });
    },
    complete: async (fileId, sizeBytes, signal) => {
      return await target.complete({ fileId, sizeBytes }, { signal });
    },
    abort: async (fileId, signal) => {
      recorder.dropped();
      await target.abort(fileId, { signal });
    },
  };
}
