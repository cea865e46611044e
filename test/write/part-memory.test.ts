import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { PartMemory } from "../../src/write/part-memory.ts";
import { type MemoryUse, memoryUse } from "../helpers/memory-use.ts";

function using(memory: PartMemory, bytes: number, signal: AbortSignal = neverAborted): MemoryUse {
  return memoryUse(async (work) => await memory.use(bytes, signal, work));
}

/** Lets everything that can go on now go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("memory for parts", () => {
  it("is shared memory of the length that was asked for", async () => {
    const room = await new PartMemory(100).use(30, neverAborted, async (room) => room);
    expect(room).toHaveLength(30);
    expect(room.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("is used again while other work goes on", async () => {
    const memory = new PartMemory(100);
    const other = using(memory, 30);
    await other.given;
    const first = await memory.use(30, neverAborted, async ({ buffer }) => buffer);
    const second = await memory.use(30, neverAborted, async ({ buffer }) => buffer);
    expect(second).toBe(first);
    expect((await other.given).buffer).not.toBe(first);
    await other.end();
  });

  it("is not used again after a failure", async () => {
    const memory = new PartMemory(100);
    const other = using(memory, 30);
    let failed: unknown;
    const failing = memory.use(30, neverAborted, async ({ buffer }) => {
      failed = buffer;
      throw new Error("the link is down");
    });
    await expect(failing).rejects.toThrow("the link is down");
    expect(await memory.use(30, neverAborted, async ({ buffer }) => buffer)).not.toBe(failed);
    await other.end();
  });

  it("waits for its turn when there is no room", async () => {
    const memory = new PartMemory(100);
    const first = using(memory, 60);
    const second = using(memory, 60);
    let isGiven = false;
    const given = second.given.then(() => (isGiven = true));
    await first.given;
    await settled();
    expect(isGiven).toBe(false);
    await first.end();
    await given;
    await second.end();
  });

  it("is used again when nobody had any meanwhile", async () => {
    const memory = new PartMemory(100);
    const first = await memory.use(30, neverAborted, async ({ buffer }) => buffer);
    expect(await memory.use(30, neverAborted, async ({ buffer }) => buffer)).toBe(first);
  });

  it("has as much room as ever after a thousand failures of every kind", async () => {
    const memory = new PartMemory(100);
    const failure = new Error("the link is down");
    const aborted = AbortSignal.abort(failure);
    for (let round = 0; round < 1000; round += 1) {
      const controller = new AbortController();
      const failing = using(memory, 60);
      await failing.given;
      const givenUp = using(memory, 60, controller.signal);
      const next = using(memory, 60);
      controller.abort(failure);
      await expect(givenUp.given).rejects.toBe(failure);
      await expect(using(memory, 60, aborted).given).rejects.toBe(failure);
      await failing.end(failure);
      await next.given;
      await next.end(failure);
    }
    const [first, second] = [using(memory, 50), using(memory, 50)];
    const buffers = await Promise.all([first.given, second.given]);
    expect(new Set(buffers.map(({ buffer }) => buffer)).size).toBe(2);
    await Promise.all([first.end(), second.end()]);
  });

  it("is given to those that wait when work fails, in the order in which they came", async () => {
    const memory = new PartMemory(100);
    const failing = using(memory, 100);
    await failing.given;
    const order: string[] = [];
    const waiting = ["first", "second", "third"].map((name) => {
      const use = using(memory, 100);
      return { use, noted: use.given.then(() => order.push(name)) };
    });
    await failing.end(new Error("the link is down"));
    for (const { use, noted } of waiting) {
      await noted;
      await use.end(new Error("the link is down"));
    }
    expect(order).toEqual(["first", "second", "third"]);
  });
});
