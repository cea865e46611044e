import { badRequest, conflict } from "../http/problem.ts";
import type { FilePart } from "../state/entities.ts";

/** Posted in one piece: most clients go over to parts at 25 MB, BaseSpaceR sends up to 100 MB at once. */
export const MAX_SINGLE_BYTES: number = 128 * 1024 * 1024;
export const MAX_PART_BYTES: number = 25 * 1024 * 1024;
/** The last part may be smaller. */
export const MIN_PART_BYTES = 5_000_000;
const MAX_PARTS = 10_000;

/** @throws Problem 400 for what is no part number. */
export function partNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_PARTS) {
    throw badRequest(`Part numbers go from 1 to ${MAX_PARTS}, ${JSON.stringify(text)} is none`);
  }
  return number;
}

/** The parts of a file in order. @throws Problem 400 or 409 when they do not make a whole one. */
export function orderedParts(parts: readonly FilePart[], minPartBytes: number): FilePart[] {
  const ordered = [...parts].sort((a, b) => a.number - b.number);
  if (ordered.length === 0) throw badRequest("No part of the file has been uploaded");
  ordered.forEach((part, index) => {
    if (part.number !== index + 1) throw conflict(`Part ${index + 1} of the file is missing`);
    if (part.sizeBytes < minPartBytes && index < ordered.length - 1) {
      const least = `at least ${minPartBytes} bytes`;
      throw badRequest(
        `Part ${part.number} has ${part.sizeBytes} bytes; all but the last need ${least}`,
      );
    }
  });
  return ordered;
}

/** Name and folder of an upload as a path: no leading, trailing or doubled slashes. */
export function uploadPath(directory: string, name: string): string {
  const segments = `${directory}/${name}`.split("/").filter((segment) => segment !== "");
  if (name.replaceAll("/", "") === "") throw badRequest("The name of the file is missing");
  return segments.join("/");
}
