import type { LocalFile } from "./local-file.ts";

export interface KeptLimits {
  readonly keptFiles: number;
  /** In all. */
  readonly keptBytes: number;
}

/** Finished files that nobody has open, whose bytes stay in staging as long as there is room. */
export class KeptFiles {
  readonly #limits: KeptLimits;
  /** With their sizes, the one used longest ago first. */
  readonly #files = new Map<LocalFile, number>();
  #bytes = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  /** The file was used last of all. */
  add(file: LocalFile): void {
    this.remove(file);
    this.#files.set(file, file.sizeBytes);
    this.#bytes += file.sizeBytes;
  }

  remove(file: LocalFile): void {
    this.#bytes -= this.#files.get(file) ?? 0;
    this.#files.delete(file);
  }

  /** Takes out those that there is no room for. */
  takeExcess(): readonly LocalFile[] {
    const { keptFiles, keptBytes } = this.#limits;
    const excess: LocalFile[] = [];
    for (const file of this.#files.keys()) {
      if (this.#files.size <= keptFiles && this.#bytes <= keptBytes) break;
      this.remove(file);
      excess.push(file);
    }
    return excess;
  }
}
