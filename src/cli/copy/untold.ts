import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { redactText } from "../../core/redact.ts";
import { printable } from "../../core/terminal-text.ts";

/** More is not worth keeping: half a million problems. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Problems that are too many to be printed, in a file below the state folder, which is made for the first of them. */
export class Untold implements Disposable {
  readonly #stateFolder: string;
  #file: { readonly path: string; readonly descriptor: number } | undefined;
  #bytes = 0;
  #isOpen = true;
  count = 0;

  constructor(stateFolder: string) {
    this.#stateFolder = stateFolder;
  }

  /** Of the file, if one could be made. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  add(problem: string): void {
    this.count += 1;
    const line = Buffer.from(`${printable(redactText(problem))}\n`);
    this.#bytes += line.length;
    if (this.#bytes > MAX_BYTES) return;
    try {
      this.#file ??= this.#open();
      if (this.#file !== undefined) writeSync(this.#file.descriptor, line);
    } catch {
      // A disk that is full is no reason to copy no more.
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
  }

  #open(): { readonly path: string; readonly descriptor: number } | undefined {
    if (!this.#isOpen) return undefined;
    this.#isOpen = false;
    const folder = join(this.#stateFolder, "log");
    for (const each of [this.#stateFolder, folder]) makeUnlessThere(each);
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const path = join(folder, `cp-${time}-${process.pid}.log`);
    return { path, descriptor: openSync(path, "wx", 0o600) };
  }
}

function makeUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
