import type { Clock } from "../core/clock.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { StagedFile } from "./staged-file.ts";
import type { Space, Staging } from "./staging.ts";
import { StagingRoom } from "./staging-room.ts";

export interface KeptFilesOptions {
  readonly staging: Staging;
  readonly clock: Clock;
  /** Owns the deletion of what is evicted. */
  readonly tasks: TaskGroup;
  /** Files that may be kept. */
  readonly keptFiles: number;
  /** Bytes that they may have together. */
  readonly keptBytes: number;
  /** As that of {@link StagingRoom}. */
  readonly uploaded: () => Promise<boolean>;
  /** Called with files that were evicted because they were too many or too large. */
  readonly onExcess: (files: readonly StagedFile[]) => void;
}

interface KeptBytes {
  readonly sizeBytes: number;
  /** Of these, what was in memory when it was kept. */
  readonly memoryBytes: number;
}

/** Memory that kept files may have, of that for all small files. */
const KEPT_MEMORY_BYTES = 16 * 1024 * 1024;

/** What is evicted at a time when room is short. */
const ROOM_BYTES = 64 * 1024 * 1024;

/**
 * Complete files that nobody has open, whose bytes stay in staging to be read from there. They are evicted when they
 * exceed their limits, and when something that is being written needs the room.
 */
export class KeptFiles {
  readonly #options: KeptFilesOptions;
  readonly #room: StagingRoom;
  /** With their sizes, the one used longest ago first. */
  readonly #files = new Map<StagedFile, KeptBytes>();
  #bytes = 0;
  #memoryBytes = 0;

  constructor(options: KeptFilesOptions) {
    const { clock, staging, uploaded } = options;
    this.#options = options;
    this.#room = new StagingRoom({
      clock,
      space: async () => await staging.space(),
      evict: async () => await evict(this.#takeOldest()),
      uploaded,
    });
  }

  /** Keeps `file` as the one that was used last. */
  add(file: StagedFile): void {
    this.remove(file);
    const { sizeBytes, content } = file;
    const { memoryBytes } = content;
    this.#files.set(file, { sizeBytes, memoryBytes });
    this.#bytes += sizeBytes;
    this.#memoryBytes += memoryBytes;
    this.#evictExcess();
    this.#options.tasks.start(async () => await this.#keepFree());
  }

  remove(file: StagedFile): void {
    const { sizeBytes, memoryBytes } = this.#files.get(file) ?? { sizeBytes: 0, memoryBytes: 0 };
    this.#bytes -= sizeBytes;
    this.#memoryBytes -= memoryBytes;
    this.#files.delete(file);
  }

  /** Runs `work` as {@link StagingRoom.use}: what is kept makes room for it. */
  async withRoom<T>(work: () => Promise<T>): Promise<T> {
    return await this.#room.use(work);
  }

  /** Room on the staging disk; what can be evicted is room. @throws BsmountError `environment` */
  async space(): Promise<Space> {
    const { totalBytes, freeBytes } = await this.#options.staging.space();
    return { totalBytes, freeBytes: Math.min(totalBytes, freeBytes + this.#bytes) };
  }

  #evictExcess(): void {
    const { keptFiles, keptBytes, tasks, onExcess } = this.#options;
    const excess: StagedFile[] = [];
    for (const [file, { memoryBytes }] of this.#files) {
      const isTooMuch = this.#files.size > keptFiles || this.#bytes > keptBytes;
      if (!isTooMuch && this.#memoryBytes <= KEPT_MEMORY_BYTES) break;
      if (!isTooMuch && memoryBytes === 0) continue;
      this.remove(file);
      excess.push(file);
    }
    tasks.start(async () => void (await evict(excess)));
    onExcess(excess);
  }

  /** Enough to make room for some parts. */
  #takeOldest(): readonly StagedFile[] {
    const taken: StagedFile[] = [];
    let bytes = 0;
    for (const [file, { sizeBytes }] of this.#files) {
      if (bytes >= ROOM_BYTES) break;
      this.remove(file);
      taken.push(file);
      bytes += sizeBytes;
    }
    return taken;
  }

  /** A disk that cannot be asked for its room fails the next write, which says so. */
  async #keepFree(): Promise<void> {
    await this.#room.keepFree().catch(() => {});
  }
}

/** Deletes their staged bytes: from now on they are read from BaseSpace. Returns whether any could be deleted. */
async function evict(files: readonly StagedFile[]): Promise<boolean> {
  const evicted = await Promise.allSettled(files.map(async ({ content }) => await content.evict()));
  return evicted.some(({ status }) => status === "fulfilled");
}
