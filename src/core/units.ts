import { BsmountError } from "./errors.ts";

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1e3,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1e9,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1e12,
  tib: 1024 ** 4,
};

const DURATION_UNITS: Readonly<Record<string, number>> = {
  "": 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What {@link parseSize} reads. */
export const SIZE_FORMAT =
  "a number with K, M, G or T, or KiB and so on (powers of 1024), or KB, MB, GB or TB (powers of 1000); a number alone is bytes";

/** What {@link parseDuration} reads. */
export const DURATION_FORMAT =
  "a number with ms, s, m, h or d (milliseconds to days); a number alone is seconds";

/** Bytes of a size such as `128MiB`, `1.5g`, `25000000`: K, M, G and T alone are powers of 1024. */
export function parseSize(text: string): number {
  return Math.floor(parseQuantity(text, SIZE_UNITS, "a size such as 128MiB or 2GB"));
}

/** Milliseconds of a duration such as `30s`, `500ms`, `5m`; a bare number is seconds. */
export function parseDuration(text: string): number {
  return parseQuantity(text, DURATION_UNITS, "a duration such as 30s, 500ms or 5m");
}

function parseQuantity(
  text: string,
  units: Readonly<Record<string, number>>,
  wanted: string,
): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : units[match[2].toLowerCase()];
  if (match?.[1] === undefined || unit === undefined) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not ${wanted}`);
  }
  return Number(match[1]) * unit;
}

/** `1.5 MiB`: at most one decimal, binary units. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
