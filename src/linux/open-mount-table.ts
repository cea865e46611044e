import { closeSync, openSync, readSync } from "node:fs";
import {
  isListed,
  MOUNT_TABLE,
  type MountEntry,
  mountedOn,
  parseMountTable,
} from "./mount-table.ts";

/** More than the kernel returns from one read. */
const READ_BYTES = 64 * 1024;

/**
 * The mount table, kept open until it is disposed: it is read ten times a second, and also when this process has no
 * free file descriptor.
 */
export class OpenMountTable implements Disposable {
  readonly #descriptor: number = openSync(MOUNT_TABLE, "r");
  readonly #buffer: Buffer = Buffer.allocUnsafe(READ_BYTES);
  #isClosed = false;

  /** The topmost mount on `mountPoint`; see the function of the same name. */
  mountedOn(mountPoint: string): MountEntry | undefined {
    return mountedOn(mountPoint, parseMountTable(this.#text()));
  }

  /** Whether this mount is still in the table. */
  includes(entry: MountEntry): boolean {
    return isListed(entry, this.#text());
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  /** Reads from the beginning, which makes the kernel generate the table again. */
  #text(): string {
    const parts: Buffer[] = [];
    for (let offset = 0; ;) {
      const count = readSync(this.#descriptor, this.#buffer, 0, READ_BYTES, offset);
      if (count === 0) return Buffer.concat(parts).toString("utf8");
      parts.push(Buffer.from(this.#buffer.subarray(0, count)));
      offset += count;
    }
  }
}
