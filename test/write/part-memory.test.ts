import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { PartMemory } from "../../src/write/part-memory.ts";

/** Uses memory until it is told to end. */
function using(memory: PartMemory, bytes: number): { given: Promise<Buffer>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const given = new Promise<Buffer>((resolve, reject) => {
    memory
      .use(bytes, neverAborted, async (room) => {
        resolve(room);
        await ended;
      })
      .catch(reject);
  });
  return { given, end };
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
    other.end();
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
    other.end();
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
    first.end();
    await given;
    second.end();
  });
});
