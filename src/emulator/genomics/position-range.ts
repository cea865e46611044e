import { badRequestProblem } from "../http/problem.ts";
import type { Query } from "../http/query.ts";

/** Positions of a chromosome, from 1; `end` is inclusive. */
export interface PositionRange {
  readonly start: number;
  readonly end: number;
}

/** Reads `StartPos` and `EndPos`. @throws Problem 400 when one is missing or no position, or the range is empty */
export function positionRange(query: Query): PositionRange {
  const start = query.number("StartPos");
  const end = query.number("EndPos");
  if (start === undefined || end === undefined || start < 1) {
    throw badRequestProblem("StartPos and EndPos have to be positions: whole numbers from 1");
  }
  if (start > end) throw badRequestProblem("StartPos has to be less than or equal to EndPos");
  return { start, end };
}
