import { open } from "node:fs/promises";
import type { ByteRange } from "../../../src/core/byte-range.ts";
import { fetchByCurl } from "../raw/curl.ts";
import type { FetchRange } from "../raw/fetch-range.ts";
import { fetchBySockets } from "../raw/sockets.ts";
import { fetchByUndici } from "../raw/undici.ts";
import { ownCpuSeconds } from "../rig/usage.ts";
import type { Contestant, Target } from "./contestant.ts";

const STREAMS = 8;
const SAMPLE_BYTES = 16 * 1024 * 1024;

/** The object in eight ranges at once without a mount, by each of three clients. */
export const rawContestants: readonly Contestant[] = [
  rawContestant("raw curl × 8", fetchByCurl),
  rawContestant("raw undici × 8", fetchByUndici),
  rawContestant("raw sockets × 8", fetchBySockets),
];

function rawContestant(name: string, fetchRange: FetchRange): Contestant {
  return {
    name,
    isRaw: true,
    prepare: (target) => {
      const cpuBefore = ownCpuSeconds();
      return Promise.resolve({
        read: async (signal) => {
          const ranges = divide(target.sizeBytes, STREAMS);
          await Promise.all(ranges.map((range) => fetchRange(target, range, undefined, signal)));
        },
        verify: (signal) => verifySample(target, fetchRange, signal),
        // It runs inside this process, whose memory says nothing about it.
        usage: () => ({
          cpuSeconds: ownCpuSeconds() - cpuBefore,
          peakRssBytes: 0,
          writtenBytes: 0,
        }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
}

function divide(sizeBytes: number, parts: number): ByteRange[] {
  const edge = (part: number): number => Math.floor((sizeBytes * part) / parts);
  return Array.from({ length: parts }, (_, part) => ({ start: edge(part), end: edge(part + 1) }));
}

/** Compares a piece out of the middle with the original. */
async function verifySample(
  target: Target,
  fetchRange: FetchRange,
  signal: AbortSignal,
): Promise<void> {
  const start = Math.floor(target.sizeBytes / 3);
  const end = Math.min(start + SAMPLE_BYTES, target.sizeBytes);
  const chunks: Buffer[] = [];
  await fetchRange(target, { start, end }, (chunk) => chunks.push(Buffer.from(chunk)), signal);
  const expected = Buffer.alloc(end - start);
  await using original = await open(target.original);
  await original.read(expected, 0, expected.length, start);
  if (!Buffer.concat(chunks).equals(expected)) throw new Error(`${target.url}: wrong bytes`);
}
