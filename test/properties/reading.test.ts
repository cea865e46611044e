import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import type { Reader } from "../../src/read/reader.ts";
import { readBytes, TEST_BLOCK, testReading, type TestReading } from "../helpers/reading.ts";
import {
  contentBytes,
  describeContent,
  type OpenRequest,
  ScriptedSource,
} from "../helpers/scripted-source.ts";

/*
 * Whatever several readers do at once, over a source that is slow, unordered, failing or changing, with a
 * cache of a few blocks: each read returns the source's bytes or with a documented error, all of them
 * end, and in the end every block is accounted for.
 */

interface Step {
  readonly reader: number;
  readonly offset: number;
  readonly length: number;
  /** The next step begins before this one has ended. */
  readonly alongside: boolean;
  readonly giveUp: boolean;
}

const FILE_BYTES = 1500;
const READERS = 4;

const steps = fc.array(
  fc.record({
    reader: fc.nat(READERS - 1),
    offset: fc.oneof(
      fc.nat(FILE_BYTES + 20),
      fc.nat(60).map((n) => n * TEST_BLOCK),
    ),
    length: fc.oneof(fc.nat(40), fc.constant(TEST_BLOCK), fc.nat(FILE_BYTES)),
    alongside: fc.boolean(),
    giveUp: fc.nat(9).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 60 },
);
const memory = fc.integer({ min: 8, max: 40 });
const behaviour = fc.infiniteStream(fc.nat(99));

/** Ends each request some turns later, so that responses overtake each other. */
function later(open: OpenRequest, turns: number, then: (open: OpenRequest) => void): void {
  if (turns === 0) then(open);
  else setImmediate(() => later(open, turns - 1, then));
}

function sourceOf(dice: Iterator<number>, failPercent: number): ScriptedSource {
  return new ScriptedSource({
    onRequest: (open) => {
      const roll = dice.next().value as number;
      later(open, roll % 4, () => {
        if (roll < failPercent) open.fail(new BsmountError("unavailable", "503 after retries"));
        else open.succeed();
      });
    },
  });
}

/** As toEqual, but quick when they are. */
function expectBytes(bytes: Uint8Array, wanted: Uint8Array): void {
  if (!Buffer.from(bytes).equals(wanted)) expect(bytes).toEqual(wanted);
}

async function expectRead(reader: Reader, step: Step, allowed: readonly string[]): Promise<void> {
  const gaveUp = new AbortController();
  if (step.giveUp) setImmediate(() => gaveUp.abort(new BsmountError("aborted", "interrupted")));
  const length = Math.max(0, Math.min(step.length, FILE_BYTES - step.offset));
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(reader, step.offset, step.length, gaveUp.signal);
  } catch (error) {
    if (!(error instanceof BsmountError)) throw error;
    expect(step.giveUp ? [...allowed, "aborted"] : allowed).toContain(error.reason);
    return;
  }
  expectBytes(bytes, contentBytes("fone", step.offset, length));
}

/** Runs `script` on several readers of one file; then closes them and looks at the accounts. */
async function play(
  reading: TestReading,
  script: readonly Step[],
  allowed: readonly string[],
): Promise<void> {
  const readers = Array.from({ length: READERS }, () =>
    reading.readers.open(describeContent("f", FILE_BYTES)),
  );
  const running: Promise<void>[] = [];
  for (const step of script) {
    const reader = readers[step.reader];
    if (reader === undefined) throw new Error("no such reader");
    running.push(expectRead(reader, step, allowed));
    if (!step.alongside) await running.at(-1);
  }
  await Promise.all(running);
  for (const reader of readers) reader.close();
}

async function expectQuiet(reading: TestReading, source: ScriptedSource): Promise<void> {
  const { store, fetcher } = reading.parts;
  for (let turns = 0; fetcher.requestsRunning > 0 && turns < 20; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(source.open).toHaveLength(0);
  expect(fetcher.requestsRunning).toBe(0);
  expect(fetcher.aheadBlocks).toBe(0);
  expect(store.usage).toMatchObject({ pinned: 0, reserved: 0 });
  expect(store.usage.free + store.usage.cached).toBe(store.capacity);
}

describe("any sequence of reads", () => {
  it("[R5] returns the source's bytes, however small the cache and whatever the order of responses", async () => {
    await fc.assert(
      fc.asyncProperty(steps, memory, behaviour, async (script, blocks, dice) => {
        const source = sourceOf(dice, 0);
        await using reading = testReading({ source, blocks, maxRequests: 3 });
        await play(reading, script, []);
        await expectQuiet(reading, source);
      }),
      { numRuns: 80 },
    );
  });

  it("returns the source's bytes or a failure of the source when requests fail", async () => {
    await fc.assert(
      fc.asyncProperty(steps, memory, behaviour, async (script, blocks, dice) => {
        const source = sourceOf(dice, 25);
        await using reading = testReading({ source, blocks, maxRequests: 4 });
        await play(reading, script, ["unavailable"]);
        await expectQuiet(reading, source);
      }),
      { numRuns: 80 },
    );
  });

  it("returns the version that was opened or not at all when the content changes", async () => {
    await fc.assert(
      fc.asyncProperty(steps, memory, fc.nat(20), behaviour, async (script, blocks, at, dice) => {
        const source: ScriptedSource = new ScriptedSource({
          onRequest: (open) => {
            if (source.requests.length > at + 1) source.version = { etag: "two" };
            later(open, (dice.next().value as number) % 4, () => open.succeed());
          },
        });
        await using reading = testReading({ source, blocks, maxRequests: 4 });
        const first = reading.readers.open(describeContent("f", FILE_BYTES));
        await readBytes(first, 0, 1);
        await play(reading, script, ["changed"]);
        first.close();
        await expectQuiet(reading, source);
      }),
      { numRuns: 80 },
    );
  });

  it("ends with nothing in flight when reading is closed in the middle", async () => {
    await fc.assert(
      fc.asyncProperty(steps, memory, fc.nat(8), behaviour, async (script, blocks, turns, dice) => {
        const source = sourceOf(dice, 10);
        const reading = testReading({ source, blocks, maxRequests: 3 });
        const played = play(reading, script, ["unavailable", "aborted"]);
        for (let n = 0; n < turns; n += 1) await new Promise((resolve) => setImmediate(resolve));
        await reading[Symbol.asyncDispose]();
        expect(source.open).toHaveLength(0);
        expect(reading.parts.store.usage.reserved).toBe(0);
        await played;
        await expectQuiet(reading, source);
      }),
      { numRuns: 80 },
    );
  });

  it("gives sixteen random readers with almost no memory all their bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), behaviour, async (seed, dice) => {
        const source = sourceOf(dice, 0);
        await using reading = testReading({ source, blocks: 8, maxRequests: 2 });
        const readers = Array.from({ length: 16 }, () =>
          reading.readers.open(describeContent("f", FILE_BYTES)),
        );
        await Promise.all(
          readers.map(async (reader, n) => {
            for (let round = 0; round < 20; round += 1) {
              const offset = Math.abs(Math.imul(seed + n * 31 + round, 48_271)) % FILE_BYTES;
              const length = 1 + (Math.abs(offset * 7 + round) % 40);
              const end = Math.min(offset + length, FILE_BYTES);
              const bytes = await readBytes(reader, offset, length);
              expectBytes(bytes, contentBytes("fone", offset, end - offset));
            }
          }),
        );
        for (const reader of readers) reader.close();
        await expectQuiet(reading, source);
      }),
      { numRuns: 20 },
    );
  });
});
