import { expect } from "vitest";
import type { WatchedOutcome } from "./watched-command.ts";

/*
 * What users may expect of a command, whatever the service does. A request is repeated for 50 seconds from its
 * first failure on, a listing may take five (as these tests say); a command that has come to its end by then has five
 * more to say so. Starting takes a while on a busy machine.
 */

const MIB = 1024 * 1024;
const TRIED_MS = 50_000;
const REQUEST_MS = 2000;
const LISTING_MS = 5000;
const SPARE_MS = 5000;
const START_MS = 10_000;

export const SLOW_MS: number = START_MS + TRIED_MS + REQUEST_MS + LISTING_MS + SPARE_MS;
export const USUAL_MS: number = START_MS + 2 * LISTING_MS + SPARE_MS;

const MOST_BYTES = 300 * MIB;
const MOST_PRINTED = 64 * 1024;

/** Control characters of terminals, except ends of lines. */
const OBEYED = /[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u;

export interface Expected {
  readonly secrets: readonly string[];
  /** Standard output is content of a file, which may have any bytes. */
  readonly isContent: boolean;
}

export function checkOutcome(outcome: WatchedOutcome, { secrets, isContent }: Expected): void {
  const { code, stdout, stderr, stdoutBytes, peakBytes } = outcome;
  expect(code, `it was late: ${stderr.slice(0, 500)}`).not.toBeNull();
  expect(peakBytes, "anonymous memory").toBeLessThan(MOST_BYTES);
  expect(stderr.length, "what was told").toBeLessThan(MOST_PRINTED);
  if (code !== 0) {
    expect(stderr).toMatch(/^(?:bsmount|ls|cat): /m);
    expect(stderr).not.toMatch(/^\s+at |node:internal/m);
    if (!isContent) expect(stdoutBytes, "what was printed").toBeLessThan(MOST_PRINTED);
  }
  for (const text of isContent ? [stderr] : [stdout, stderr]) {
    expect(text).not.toMatch(OBEYED);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
}
