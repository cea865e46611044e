import { badRequestProblem, conflictProblem } from "../http/problem.ts";
import type { FilePart } from "../state/entities.ts";

/** The limit of an upload in one piece. Most clients use parts from 25 MB on; BaseSpaceR sends up to 100 MB at once. */
export const MAX_SINGLE_BYTES: number = 128 * 1024 * 1024;
export const MAX_PART_BYTES: number = 25 * 1024 * 1024;
/** The least size of a part; the last part may be smaller. */
export const MIN_PART_BYTES = 5_000_000;
const MAX_PARTS = 10_000;

/** @throws Problem 400 for an invalid part number */
export function partNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_PARTS) {
    throw badRequestProblem(`Part numbers are 1 to ${MAX_PARTS}, not ${JSON.stringify(text)}`);
  }
  return number;
}

/** Sorts the parts of a file. @throws Problem 400 without parts or for a small one, 409 for a missing one */
export function orderedParts(parts: readonly FilePart[], minPartBytes: number): FilePart[] {
  const ordered = [...parts].sort((a, b) => a.number - b.number);
  if (ordered.length === 0) throw badRequestProblem("No part of the file has been uploaded");
  ordered.forEach((part, index) => {
    if (part.number !== index + 1)
      throw conflictProblem(`Part ${index + 1} of the file is missing`);
    if (part.sizeBytes < minPartBytes && index < ordered.length - 1) {
      const least = `at least ${minPartBytes} bytes`;
      throw badRequestProblem(
        `Part ${part.number} has ${part.sizeBytes} bytes; all but the last need ${least}`,
      );
    }
  });
  return ordered;
}

/** Joins folder and name of an upload to a path without leading, trailing or double slashes. @throws Problem 400 */
export function uploadPath(directory: string, name: string): string {
  const segments = `${directory}/${name}`.split("/").filter((segment) => segment !== "");
  if (name.replaceAll("/", "") === "") throw badRequestProblem("The name of the file is missing");
  return segments.join("/");
}
