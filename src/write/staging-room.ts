import type { Clock } from "../core/clock.ts";
import { type FailureReason, reasonOf } from "../core/errors.ts";
import type { Space } from "./staging.ts";

export interface StagingRoomOptions {
  readonly clock: Clock;
  /** The room on the staging disk. */
  readonly space: () => Promise<Space>;
  /** Deletes some staged bytes that BaseSpace has; returns false when there are none. */
  readonly evict: () => Promise<boolean>;
  /** Returns true when an upload has ended that was under way; false when there is none. */
  readonly uploaded: () => Promise<boolean>;
}

/** Failures that evicting can mend: staging files take bytes of the disk, and one descriptor each. */
const OUT_OF_ROOM: ReadonlySet<FailureReason> = new Set(["no-space", "no-descriptors"]);
/** The part of the disk that is kept free. */
const MIN_FREE = 0.05;
/** The disk is asked for its room no more often than this. */
const CHECK_MS = 1000;

/** Makes room: what is kept for reading is evicted as soon as something that is written needs its room. */
export class StagingRoom {
  readonly #options: StagingRoomOptions;
  #checkedMs = -CHECK_MS;
  /** Counts evictions. */
  #evictions = 0;
  #evicting: Promise<boolean> | undefined;

  constructor(options: StagingRoomOptions) {
    this.#options = options;
  }

  /**
   * Runs `work`, and again each time that it found no room and something could be evicted. While there is nothing to
   * evict, and files are being uploaded, it waits for one of them. So `work` must be repeatable.
   * @throws BsmountError `no-space`, `no-descriptors` when nothing is left to evict, and nothing is being uploaded
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      const evictions = this.#evictions;
      try {
        return await work();
      } catch (error) {
        if (!OUT_OF_ROOM.has(reasonOf(error))) throw error;
        // Another call may have made room meanwhile.
        if (this.#evictions !== evictions || (await this.#evict())) continue;
        if (!(await this.#options.uploaded())) throw error;
      }
    }
  }

  /** Evicts until the disk has some room again, for other programs too. */
  async keepFree(): Promise<void> {
    const { clock, space } = this.#options;
    if (clock.now() - this.#checkedMs < CHECK_MS) return;
    this.#checkedMs = clock.now();
    for (;;) {
      const { totalBytes, freeBytes } = await space();
      if (freeBytes > totalBytes * MIN_FREE || !(await this.#evict())) return;
    }
  }

  async #evict(): Promise<boolean> {
    this.#evicting ??= this.#options.evict().finally(() => {
      this.#evictions += 1;
      this.#evicting = undefined;
    });
    return await this.#evicting;
  }
}
