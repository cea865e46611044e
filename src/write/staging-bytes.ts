/** The bytes of one staged file, until BaseSpace has them and for as long after that as there is room. */
export interface StagingBytes {
  /** The staging file; as long as {@link memoryBytes} is not 0 there is none yet. */
  readonly path: string;
  readonly sizeBytes: number;
  /** How much memory they take; 0 when they are on the disk. */
  readonly memoryBytes: number;
  /** @throws BsmountError `no-space` when the disk is full; each byte then is as before or as written */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /**
   * Fills `into` from `offset` on; returns how many bytes, fewer only at the end of the file. What was never written reads
   * as zeros.
   * @throws BsmountError `environment` when the disk no longer has what was written
   */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** @throws BsmountError `no-space`, `environment` */
  truncate(sizeBytes: number): Promise<void>;
  /** Returns when they survive the end of the process. @throws BsmountError `no-space`, `environment` */
  stage(): Promise<void>;
  /** Returns when they survive a power cut. @throws BsmountError `no-space`, `environment` */
  sync(): Promise<void>;
  /** Closes and deletes the file; doing it again is no error. */
  discard(): Promise<void>;
  /** Closes the file and leaves it where it is. */
  close(): Promise<void>;
}
