import { closeSync, openSync, readSync } from "node:fs";
import {
  isListed,
  MOUNT_TABLE,
  type MountEntry,
  mountedOn,
  parseMountTable,
} from "./mount-table.ts";

/** More than the kernel gives at a time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The mount table, kept open: it is looked at ten times a second, and also when this process has no
 * descriptor left to open it with. Close it.
 */
export class OpenMountTable implements Disposable {
  readonly #descriptor: number = openSync(MOUNT_TABLE, "r");
  readonly #chunk: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #isClosed = false;

  /** What is mounted on `mountPoint`; see `mountedOn`. */
  on(mountPoint: string): MountEntry | undefined {
    return mountedOn(mountPoint, parseMountTable(this.#text()));
  }

  /** Whether that very mount is still there. */
  lists(entry: MountEntry): boolean {
    return isListed(entry, this.#text());
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  /** Read from its beginning, where the kernel makes it anew; one read after the other, so that it fits. */
  #text(): string {
    const parts: Buffer[] = [];
    for (let at = 0; ;) {
      const count = readSync(this.#descriptor, this.#chunk, 0, CHUNK_BYTES, at);
      if (count === 0) return Buffer.concat(parts).toString("utf8");
      parts.push(Buffer.from(this.#chunk.subarray(0, count)));
      at += count;
    }
  }
}
