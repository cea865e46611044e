import type { Clock } from "../core/clock.ts";
import { type FailureReason, reasonOf } from "../core/errors.ts";
import type { Space } from "./staging.ts";

export interface StagingRoomOptions {
  readonly clock: Clock;
  /** Of the staging disk. */
  readonly space: () => Promise<Space>;
  /** Gives some of what BaseSpace has back to the disk; returns false when there is nothing to give. */
  readonly giveBack: () => Promise<boolean>;
}

/** What giving back makes room of: bytes of the disk, and descriptors, of which every staging file has one. */
const ROOM: ReadonlySet<FailureReason> = new Set(["no-space", "no-descriptors"]);
/** The disk has room as long as more than this part of it is free. */
const SHORT_OF_ROOM = 0.05;
/** Looking costs a call to the disk; so often is enough. */
const LOOK_MS = 1000;

/** Sees to it that what is kept for reading never takes room that something being written needs. */
export class StagingRoom {
  readonly #options: StagingRoomOptions;
  #lookedMs = -LOOK_MS;
  /** Counts what was given back. */
  #given = 0;
  #giving: Promise<boolean> | undefined;

  constructor(options: StagingRoomOptions) {
    this.#options = options;
  }

  /**
   * Runs `work`, and again each time that it found no room and something could be given back. What it did
   * before it failed, it does again.
   * @throws BsmountError `no-space`, `no-descriptors` when there is nothing left to give back
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      const given = this.#given;
      try {
        return await work();
      } catch (error) {
        if (!ROOM.has(reasonOf(error))) throw error;
        // Somebody else may have made room meanwhile.
        if (this.#given === given && !(await this.#giveBack())) throw error;
      }
    }
  }

  /** Gives back until the disk has some room again, for other programs too. */
  async keepFree(): Promise<void> {
    const { clock, space } = this.#options;
    if (clock.now() - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = clock.now();
    for (;;) {
      const { totalBytes, freeBytes } = await space();
      if (freeBytes > totalBytes * SHORT_OF_ROOM || !(await this.#giveBack())) return;
    }
  }

  async #giveBack(): Promise<boolean> {
    this.#giving ??= this.#options.giveBack().finally(() => {
      this.#given += 1;
      this.#giving = undefined;
    });
    return await this.#giving;
  }
}
