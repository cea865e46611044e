import type { Answer } from "../core/answer.ts";
import { BsmountError } from "../core/errors.ts";
import type { Handle, Ino, OpenHandle, OthersWrite } from "./file-system.ts";

/** A file that is open, with the content it had when it was opened. */
export interface OpenFile {
  readonly ino: Ino;
  read(offset: number, into: Uint8Array, signal: AbortSignal): Answer<number>;
  /** Absent when it was opened for reading. */
  readonly writing?: OpenForWriting;
  close(): void;
}

/** What can be done to a file that was opened for writing. */
export interface OpenForWriting {
  /** Whether others have it open for writing too. */
  readonly isShared: boolean;
  /** In the mount, with a leading slash. */
  readonly shownPath: string;
  write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<number>;
  truncate(sizeBytes: number, signal: AbortSignal): Promise<void>;
  flush(othersWrite: OthersWrite, signal: AbortSignal): Answer<void>;
  sync(): Answer<void>;
}

const LAST_HANDLE = 0x7fff_ffff;

/** Open files by handle. A handle is not given again soon after it was closed. */
export class HandleTable {
  readonly #files = new Map<Handle, OpenFile>();
  #last = 0;

  get size(): number {
    return this.#files.size;
  }

  add(file: OpenFile): Handle {
    do this.#last = (this.#last % LAST_HANDLE) + 1;
    while (this.#files.has(this.#last as Handle));
    this.#files.set(this.#last as Handle, file);
    return this.#last as Handle;
  }

  /** @throws BsmountError `bad-handle` */
  get(handle: Handle): OpenFile {
    const file = this.#files.get(handle);
    if (file === undefined) throw new BsmountError("bad-handle", `handle ${handle} is not open`);
    return file;
  }

  /** @throws BsmountError `bad-handle` when it was opened for reading */
  forWriting(handle: Handle): OpenForWriting {
    const { writing } = this.get(handle);
    if (writing !== undefined) return writing;
    throw new BsmountError("bad-handle", `handle ${handle} is not open for writing`);
  }

  openForWriting(): readonly OpenHandle[] {
    return [...this.#files].flatMap(([handle, { ino, writing }]) =>
      writing === undefined ? [] : [{ handle, ino, path: writing.shownPath }],
    );
  }

  close(handle: Handle): void {
    const file = this.#files.get(handle);
    this.#files.delete(handle);
    file?.close();
  }

  isOpen(ino: Ino): boolean {
    for (const file of this.#files.values()) if (file.ino === ino) return true;
    return false;
  }
}
