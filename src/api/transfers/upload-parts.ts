import { BsmountError } from "../../core/errors.ts";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import { BASESPACE_PARTS, PartPlan } from "../../core/part-plan.ts";

/*
 * Into which parts an upload is cut. BaseSpace takes parts numbered 1 to 10 000, of 5 MiB to 25 MB but for
 * the last one, and files up to 25 MB in one piece.
 */

export const MAX_WHOLE_BYTES = 25_000_000;
export const MIN_PART_BYTES: number = 5 * 1024 * 1024;
export const MAX_PART_BYTES = 25_000_000;
const MAX_PARTS = 10_000;
const USUAL_PART_BYTES: number = 8 * 1024 * 1024;

/** A stream begins with parts of usual size, and has as many before they grow. */
const USUAL_PARTS_OF_STREAM = 128;
const STREAM_PARTS = new PartPlan([
  { parts: USUAL_PARTS_OF_STREAM, partBytes: USUAL_PART_BYTES },
  { parts: MAX_PARTS - USUAL_PARTS_OF_STREAM, partBytes: MAX_PART_BYTES },
]);

export interface UploadPart extends ByteRange {
  /** From 1. */
  readonly number: number;
}

/**
 * The size of the parts of a file.
 * @throws BsmountError `too-big`; `usage` for an asked size that BaseSpace does not take
 */
export function partBytesOf(sizeBytes: number, asked?: number): number {
  const partBytes = asked ?? Math.max(USUAL_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
  if (asked !== undefined && !(asked >= MIN_PART_BYTES && asked <= MAX_PART_BYTES)) {
    const range = `${MIN_PART_BYTES} to ${MAX_PART_BYTES}`;
    throw new BsmountError("usage", `a part of ${asked} bytes is not possible, but ${range}`);
  }
  if (partBytes <= MAX_PART_BYTES && sizeBytes <= partBytes * MAX_PARTS) return partBytes;
  throw tooBig(`a file of ${sizeBytes} bytes`);
}

/** The size of part `number` of a file whose end is not known. @throws BsmountError `too-big` */
export function streamPartBytes(number: number, asked?: number): number {
  if (number > MAX_PARTS) throw tooBig("the stream");
  if (asked !== undefined) return partBytesOf(0, asked);
  return rangeLength(STREAM_PARTS.range(number, Number.MAX_SAFE_INTEGER));
}

export function uploadParts(sizeBytes: number, partBytes: number): UploadPart[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return { number: index + 1, start, end: Math.min(start + partBytes, sizeBytes) };
  });
}

/** Sizes of parts that other programs cut files into. */
const OTHER_PART_BYTES: readonly number[] = [
  ...[5, 6, 10, 12, 15, 16, 20, 23, 24, 25].map((mib) => mib * 1024 * 1024),
  ...[5, 8, 10, 16, 20, 25].map((megabytes) => megabytes * 1_000_000),
];

/** Every way to cut a file of `sizeBytes` into `count` parts that somebody may have taken. */
export function plansOf(sizeBytes: number, count: number): readonly PartPlan[] {
  const even = new Set([USUAL_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS), ...OTHER_PART_BYTES]);
  const plans = [
    ...[...even].map((partBytes) => new PartPlan([{ parts: MAX_PARTS, partBytes }])),
    STREAM_PARTS,
    BASESPACE_PARTS,
  ];
  const fitting = plans.filter(
    (plan) => plan.maxFileBytes >= sizeBytes && plan.count(sizeBytes) === count,
  );
  // Most plans begin alike: what they make of this file is often the same.
  const ends = (plan: PartPlan): string =>
    [plan.range(1, sizeBytes).end, plan.range(count, sizeBytes).start].join(" ");
  return [...new Map(fitting.map((plan) => [ends(plan), plan])).values()];
}

function tooBig(what: string): BsmountError {
  return new BsmountError("too-big", `${what} does not fit into ${MAX_PARTS} parts`);
}
