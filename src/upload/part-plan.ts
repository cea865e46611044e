import type { ByteRange } from "../core/byte-range.ts";
import { MAX_PARTS } from "./limits.ts";

const MIB = 1024 * 1024;

/** Consecutive parts of the same size. */
export interface PartStep {
  readonly parts: number;
  readonly partBytes: number;
}

/**
 * The offsets of the parts of an upload. The size of a file is unknown while it is being written, and parts that were
 * sent cannot change, so the size of a part depends only on its number.
 */
export class PartPlan {
  /** The largest file that fits, in bytes. */
  readonly maxFileBytes: number;
  readonly steps: readonly PartStep[];

  constructor(steps: readonly PartStep[]) {
    this.steps = steps;
    this.maxFileBytes = steps.reduce((sum, { parts, partBytes }) => sum + parts * partBytes, 0);
  }

  /** The largest file that is uploaded in one request, without parts. */
  get firstPartBytes(): number {
    return this.steps[0]?.partBytes ?? 0;
  }

  /** The number of the part that contains the byte at `offset`; the first is 1. */
  at(offset: number): number {
    let first = 0;
    let number = 1;
    for (const { parts, partBytes } of this.steps) {
      const inside = Math.floor((offset - first) / partBytes);
      if (inside < parts) return number + inside;
      first += parts * partBytes;
      number += parts;
    }
    throw new RangeError(`offset ${offset} is beyond the largest file`);
  }

  /** The bytes of part `number` in a file of `sizeBytes`; the last part ends with the file. */
  range(number: number, sizeBytes: number): ByteRange {
    let first = 0;
    let before = 1;
    for (const { parts, partBytes } of this.steps) {
      if (number < before + parts) {
        const start = first + (number - before) * partBytes;
        return { start, end: Math.min(start + partBytes, sizeBytes) };
      }
      first += parts * partBytes;
      before += parts;
    }
    throw new RangeError(`there is no part ${number}`);
  }

  /** The number of parts of a file of `sizeBytes`: at least one. */
  count(sizeBytes: number): number {
    return sizeBytes === 0 ? 1 : this.at(sizeBytes - 1);
  }
}

/**
 * Small parts first, so that files of medium size are uploaded over several connections; then larger ones, so that ten
 * thousand parts hold 235 GB. 23 MiB is the largest whole number of MiB that BaseSpace takes (`limits.ts`), so that parts
 * begin at block boundaries of the staging file.
 */
export const BASESPACE_PARTS: PartPlan = new PartPlan([
  { parts: 64, partBytes: 8 * MIB },
  { parts: 192, partBytes: 16 * MIB },
  { parts: MAX_PARTS - 256, partBytes: 23 * MIB },
]);
