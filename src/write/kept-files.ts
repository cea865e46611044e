import type { LocalFile } from "./local-file.ts";

export interface KeptLimits {
  readonly keptFiles: number;
  /** In all. */
  readonly keptBytes: number;
}

/** What is taken out at a time when room is short. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** Finished files that nobody has open, whose bytes stay in staging as long as there is room. */
export class KeptFiles {
  readonly #limits: KeptLimits;
  /** With their sizes, the one used longest ago first. */
  readonly #files = new Map<LocalFile, number>();
  #bytes = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
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

  /** Takes out the oldest ones, enough to make room for some parts. */
  takeOldest(): readonly LocalFile[] {
    const taken: LocalFile[] = [];
    let bytes = 0;
    for (const [file, sizeBytes] of this.#files) {
      if (bytes >= ROOM_BYTES) break;
      this.remove(file);
      taken.push(file);
      bytes += sizeBytes;
    }
    return taken;
  }
}
