import { BsmountError } from "../../core/errors.ts";
import { checkText } from "../paging/list-parameters.ts";
import type { Query } from "../transport/rest.ts";

/** A stretch of a chromosome. */
export interface Region {
  /** The chromosome, as the file names it: `chr2`. */
  readonly chrom: string;
  /** The first position, from 1. */
  readonly start: number;
  /** The last position; at least `start`. */
  readonly end: number;
}

/**
 * The query that selects a region of a chromosome, which is in the path.
 * @throws BsmountError `usage` for a name that is no text, or for positions that are no range
 */
export function regionQuery({ chrom, start, end }: Region): Query {
  checkText("chrom", chrom);
  checkPosition("start", start);
  checkPosition("end", end);
  if (start > end) {
    throw new BsmountError("usage", `start is ${start}, but must not be greater than end, ${end}`);
  }
  return { StartPos: start, EndPos: end };
}

function checkPosition(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  const shown = (JSON.stringify(value) ?? String(value)).slice(0, 100);
  throw new BsmountError("usage", `${name} is ${shown}, but must be a whole number from 1`);
}
