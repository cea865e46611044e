import { BsmountError } from "../../src/core/errors.ts";
import type { ContentDescription, Reader, Readers } from "../../src/read/reader.ts";

/** Readers of contents in memory, by Id. Records what it opened. */
export class MemoryReaders implements Readers {
  readonly opened: ContentDescription[] = [];
  readonly contents: Map<string, Uint8Array> = new Map<string, Uint8Array>();
  /** Thrown by every read while it is set. */
  failure: Error | undefined;
  openCount = 0;

  open(content: ContentDescription): Reader {
    this.opened.push(content);
    this.openCount += 1;
    const bytes = this.contents.get(content.fileId) ?? Buffer.alloc(content.sizeBytes, "x");
    let isOpen = true;
    return {
      read: (offset, into) => {
        if (!isOpen) throw new BsmountError("bad-handle", "this reader is closed");
        if (this.failure !== undefined) throw this.failure;
        const piece = bytes.subarray(offset, offset + into.length);
        into.set(piece);
        return piece.length;
      },
      close: () => {
        if (isOpen) this.openCount -= 1;
        isOpen = false;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
