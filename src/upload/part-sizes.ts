import { BsmountError } from "../core/errors.ts";
import { type ByteRange, rangeLength } from "../core/byte-range.ts";
import { BASESPACE_PARTS, PartPlan } from "./part-plan.ts";
import { MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES } from "./limits.ts";

/*
 * How the client cuts a file or a stream into parts; what it can know of how others did. A mount has its own plan, see
 * BASESPACE_PARTS. What the service takes is in `limits.ts`.
 */

const DEFAULT_PART_BYTES: number = 8 * 1024 * 1024;

/** A stream begins with this many parts of the default size before its parts become larger. */
const DEFAULT_PARTS_OF_STREAM = 128;
const STREAM_PARTS = new PartPlan([
  { parts: DEFAULT_PARTS_OF_STREAM, partBytes: DEFAULT_PART_BYTES },
  { parts: MAX_PARTS - DEFAULT_PARTS_OF_STREAM, partBytes: MAX_PART_BYTES },
]);

export interface UploadPart extends ByteRange {
  /** From 1. */
  readonly number: number;
}

/**
 * The size of the parts of a file, in bytes.
 * @throws BsmountError `too-big`; `usage` for a `wanted` size that BaseSpace does not take
 */
export function partBytesOf(sizeBytes: number, wanted?: number): number {
  const partBytes = wanted ?? Math.max(DEFAULT_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
  if (wanted !== undefined && !(wanted >= MIN_PART_BYTES && wanted <= MAX_PART_BYTES)) {
    const range = `${MIN_PART_BYTES} to ${MAX_PART_BYTES}`;
    throw new BsmountError("usage", `a part of ${wanted} bytes is not possible, but ${range}`);
  }
  if (partBytes <= MAX_PART_BYTES && sizeBytes <= partBytes * MAX_PARTS) return partBytes;
  throw tooBig(`a file of ${sizeBytes} bytes`);
}

/** The size of part `number` of a file whose end is not known. @throws BsmountError `too-big` */
export function streamPartBytes(number: number, wanted?: number): number {
  if (number > MAX_PARTS) throw tooBig("the stream");
  if (wanted !== undefined) return partBytesOf(0, wanted);
  return rangeLength(STREAM_PARTS.range(number, Number.MAX_SAFE_INTEGER));
}

/** The parts of a file; an empty file has none. */
export function evenParts(sizeBytes: number, partBytes: number): UploadPart[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return { number: index + 1, start, end: Math.min(start + partBytes, sizeBytes) };
  });
}

/** Part sizes that other programs use. */
const OTHER_PART_BYTES: readonly number[] = [
  ...[5, 6, 10, 12, 15, 16, 20, 23, 24, 25].map((mib) => mib * 1024 * 1024),
  ...[5, 8, 10, 16, 20, 25].map((megabytes) => megabytes * 1_000_000),
];

/** The known ways to cut a file of `sizeBytes` into `count` parts. */
export function plansOf(sizeBytes: number, count: number): readonly PartPlan[] {
  const even = new Set([DEFAULT_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS), ...OTHER_PART_BYTES]);
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
