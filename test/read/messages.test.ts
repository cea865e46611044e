import { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { createLogger, type Logger } from "../../src/core/logger.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { defaultTuning } from "../../src/read/tuning.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { readBytes, TEST_BLOCK, testReading } from "../helpers/reading.ts";
import { describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const hold = (): void => {};

function logger(lines: Record<string, unknown>[]): Logger {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { time: _time, ...line } = JSON.parse(chunk.toString()) as Record<string, unknown>;
      lines.push(line);
      done();
    },
  });
  return createLogger("debug", sink);
}

describe("errors of reading say what was tried, on what, and why it failed", () => {
  const said = (message: string, reason: string): unknown =>
    expect.objectContaining({ message, reason });

  it("after close, and at an impossible offset", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    const read = (offset: number) => () => reader.read(offset, new Uint8Array(4), neverAborted);
    expect(read(-1)).toThrow(said("file f cannot be read at offset -1", "invalid"));
    reader.close();
    expect(read(0)).toThrow(said("the reader of file f is closed", "bad-handle"));
  });

  it("when the buffer was taken back", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const into = new Uint8Array(30);
    const result = reading.readers.open(FILE).read(330, into, neverAborted);
    structuredClone(into.buffer, { transfer: [into.buffer] });
    source.open[0]?.succeed();
    const message = "the buffer of a read was detached before the read ended";
    await expect(result).rejects.toEqual(said(message, "aborted"));
  });

  it("when the content changed, with what to do and the cause", async () => {
    const cause = new BsmountError("changed", "412");
    const source = new ScriptedSource({ onRequest: (open) => open.fail(cause) });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const message =
      "file f is no longer the version that was opened: its content in the object store has changed";
    const error = { message, reason: "changed", remedy: "open the file again", cause };
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(expect.objectContaining(error));
    const later = await readBytes(reader, 320, 5).catch((thrown: unknown) => thrown);
    expect(later).toEqual(said(message, "changed"));
    expect(Object.hasOwn(later as object, "cause")).toBe(false);
  });

  it("when another read has just timed out, with what to do and the cause", async () => {
    const cause = new BsmountError("timeout", "no response");
    const source = new ScriptedSource({ onRequest: (open) => open.fail(cause) });
    await using reading = testReading({ source, clock: new FakeClock(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toBe(cause);
    const message = "file f cannot be read: another read of the same bytes has just timed out";
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(
      expect.objectContaining({ message, cause, remedy: "try again in a few seconds" }),
    );
  });

  it("when reading has ended, to who waits for bytes, for room, and to who comes later", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    const reading = testReading({ source, blocks: 8 });
    const reader = reading.readers.open(FILE);
    const reads = [0, 40, 80, 120, 160, 200].map((offset) => readBytes(reader, offset, 20));
    const late = readBytes(reader, 600, 20);
    const outcomes = Promise.allSettled([...reads, late]);
    await reading[Symbol.asyncDispose]();
    const message = "reading has ended: the mount or the client was closed";
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "aborted", message } });
    }
    await expect(readBytes(reader, 300, 5)).rejects.toEqual(said(message, "aborted"));
    expect(() => reading.readers.open(FILE)).toThrow(
      said("cannot open file f: reading has ended", "aborted"),
    );
    expect(source.requests.length).toBeLessThan(7);
    expect(reading.parts.store.usage).toMatchObject({ pinned: 0, reserved: 0 });
  });

  it("when the cache is too small for reading, and not when it is just large enough", async () => {
    const source = new ScriptedSource();
    const needed = 8 * 128 * 1024;
    expect(() => createReaders({ source, memoryBytes: needed - 1 })).toThrow(
      expect.objectContaining({ reason: "usage", remedy: "give it 1.0 MiB or more" }),
    );
    expect(() => createReaders({ source, memoryBytes: needed - 1 })).toThrow(
      /^a memory cache of .+ is too small for reading$/,
    );
    await createReaders({ source, memoryBytes: needed })[Symbol.asyncDispose]();
  });
});

describe("the log of reading", () => {
  it("logs once that the store has another version, of which file, and why", async () => {
    const lines: Record<string, unknown>[] = [];
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16, logger: logger(lines) });
    const reader = reading.readers.open(FILE);
    const reads = Promise.allSettled([readBytes(reader, 320, 5), readBytes(reader, 640, 5)]);
    for (const open of source.open) open.fail(new BsmountError("changed", "412"));
    await reads;
    const msg = "the object store has another version of a file";
    expect(lines).toEqual([{ level: "warn", file: "f", err: "412", msg }]);
  });

  it("logs at debug that read-ahead failed, and nothing about reads that fail", async () => {
    const lines: Record<string, unknown>[] = [];
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 64, logger: logger(lines) });
    const reader = reading.readers.open(FILE);
    const first = readBytes(reader, 0, TEST_BLOCK);
    const [demand, ...ahead] = source.open;
    expect(ahead.length).toBeGreaterThan(0);
    for (const open of ahead) open.fail(new BsmountError("unavailable", "503"));
    await nextTurn();
    const msg = "reading ahead failed";
    expect(lines).toEqual(ahead.map(() => ({ level: "debug", file: "f", err: "503", msg })));
    demand?.fail(new BsmountError("unavailable", "500"));
    await expect(first).rejects.toThrow("500");
    expect(lines).toHaveLength(ahead.length);
  });
});

describe("requests that no reader waits for any more", () => {
  it("are aborted with an AbortError that says so", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const gaveUp = new AbortController();
    const read = readBytes(reading.readers.open(FILE), 320, 5, gaveUp.signal);
    const signal = source.open[0]?.signal;
    gaveUp.abort(new BsmountError("aborted", "interrupted"));
    await expect(read).rejects.toThrow("interrupted");
    expect(signal?.reason).toMatchObject({
      name: "AbortError",
      message: "no reader needs this request any more",
    });
  });
});

describe("the numbers that reading is tuned by", () => {
  it("are those of the documentation", () => {
    expect(defaultTuning).toEqual({
      blockBytes: 131_072,
      smallFileBlocks: 4,
      headStartBlocks: 8,
      maxWindowBlocks: 384,
      minRequestBlocks: 4,
      maxRequestBlocks: 32,
      idleStreamMs: 5000,
    });
  });
});
