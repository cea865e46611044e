import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { redactText } from "../../core/redact.ts";
import { printable } from "../../core/terminal-text.ts";

/** Enough for half a million problems. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A file below the state folder for problems that are too many to print. The first problem creates it. */
export class OverflowLog implements Disposable {
  readonly #stateFolder: string;
  #file: { readonly path: string; readonly descriptor: number } | undefined;
  #bytes = 0;
  #canOpen = true;
  count = 0;

  constructor(stateFolder: string) {
    this.#stateFolder = stateFolder;
  }

  /** The path of the file; undefined while there is none. */
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
      // Copying continues when the log cannot be written, for instance on a full disk.
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
  }

  #open(): { readonly path: string; readonly descriptor: number } | undefined {
    if (!this.#canOpen) return undefined;
    this.#canOpen = false;
    const folder = join(this.#stateFolder, "log");
    for (const each of [this.#stateFolder, folder]) ensureFolderSync(each);
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const path = join(folder, `cp-${time}-${process.pid}.log`);
    return { path, descriptor: openSync(path, "wx", 0o600) };
  }
}

function ensureFolderSync(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
