import { BsmountError } from "../core/errors.ts";
import type { FileReader, FileWriter } from "../write/file-writer.ts";
import type { Handle, Ino, OpenHandle } from "./file-system.ts";

/** A file that is open; one that is open for reading only has the content that it had when it was opened. */
export interface OpenFile extends FileReader {
  readonly ino: Ino;
  /** Absent when it was opened for reading. */
  readonly writer?: FileWriter;
}

export function openForWriting(ino: Ino, writer: FileWriter): OpenFile {
  return {
    ino,
    writer,
    read: (offset, into, signal) => writer.read(offset, into, signal),
    close: () => writer.close(),
  };
}

const LAST_HANDLE = 0x7fff_ffff;

/** Open files by handle. A handle is not used again soon after it was closed. */
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
  writerOf(handle: Handle): FileWriter {
    const { writer } = this.get(handle);
    if (writer !== undefined) return writer;
    throw new BsmountError("bad-handle", `handle ${handle} is not open for writing`);
  }

  openForWriting(): readonly OpenHandle[] {
    return [...this.#files].flatMap(([handle, { ino, writer }]) =>
      writer === undefined ? [] : [{ handle, ino, path: writer.shownPath }],
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
