import type { MaybePromise } from "../core/maybe-promise.ts";

/**
 * The writers of a file when a descriptor of it was closed; only the kernel's side can tell:
 *
 * - `open`: another descriptor or mapping has it open for writing
 * - `killed`: none has, and a signal has ended a process that had it open, which closed it
 * - `closed`: none has
 */
export type WriterState = "closed" | "killed" | "open";

/** Finds out which writers a file has. */
export interface AskWriters {
  (): Promise<WriterState>;
  /** Whether a signal is ending a process that was seen with the file open, at once and without looking for others. */
  readonly isBeingKilled?: () => boolean;
}

/** The content of a file that is open for reading. */
export interface FileReader {
  /** Fills `into` from `offset` on; returns how many bytes, fewer only at the end of the file. */
  read(offset: number, into: Uint8Array, signal: AbortSignal): MaybePromise<number>;
  close(): void;
}

/** A file that is open for writing, and can be read too. */
export interface FileWriter extends FileReader {
  /** Whether others have it open for writing too. */
  readonly isShared: boolean;
  /** In the mount, with a leading slash. */
  readonly shownPath: string;
  /** Writes all of `bytes` and returns their number. @throws BsmountError `too-big`, `no-space`, `environment` */
  write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<number>;
  /** @throws as `write` */
  truncate(sizeBytes: number, signal: AbortSignal): Promise<void>;
  /**
   * A descriptor was closed. When it was the last one that writes, the file is finished before this returns.
   * @throws what uploading can throw, and what an earlier change threw
   */
  flush(askWriters: AskWriters, signal: AbortSignal): MaybePromise<void>;
  /** Returns when what was written is on the local disk. */
  sync(): MaybePromise<void>;
}
