/** One part of a file, as it is sent. */
export interface PartToSend {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The MD5 of `bytes` in lower-case hex, when the caller knows it. */
  readonly md5?: string;
}

/**
 * The requests of one kind of upload in parts, for one file: what {@link MultipartUpload} needs of a service.
 * Each method throws BsmountError or the signal's reason. When a response is lost, `begin` and `complete` find out
 * whether the request took effect; `sendPart` and `abort` send it again, which has the same effect.
 *
 * @typeParam Begun what the service returns for an upload that was begun
 * @typeParam File what it returns for a complete file
 */
export interface UploadProtocol<Begun, File> {
  begin(signal: AbortSignal): Promise<Begun>;
  /** Sends a part. Parts may come in any order; a part that is sent again replaces the earlier one. */
  sendPart(upload: Begun, part: PartToSend, signal: AbortSignal): Promise<void>;
  /** Makes one file of the parts. `sizeBytes` is the size of the file. */
  complete(upload: Begun, sizeBytes: number, signal: AbortSignal): Promise<File>;
  /** Tells the service that the upload will not be completed. */
  abort(upload: Begun, signal: AbortSignal): Promise<void>;
}
