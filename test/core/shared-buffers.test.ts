import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedBuffers } from "../../src/core/shared-buffers.ts";
import { type MemoryUse, memoryUse } from "../helpers/memory-use.ts";

const failure = new Error("the link is down");

function using(buffers: SharedBuffers, bytes: number): MemoryUse {
  return memoryUse(async (work) => await buffers.use(bytes, work));
}

/** The memory that is behind what is given for `bytes`. */
async function memoryFor(buffers: SharedBuffers, bytes: number): Promise<ArrayBufferLike> {
  return await buffers.use(bytes, async ({ buffer }) => buffer);
}

/** Uses memory of all these sizes at the same time, and returns it. */
async function memoriesFor(
  buffers: SharedBuffers,
  sizes: readonly number[],
): Promise<ReadonlySet<ArrayBufferLike>> {
  const uses = sizes.map((bytes) => using(buffers, bytes));
  const given = await Promise.all(uses.map(async (use) => (await use.given).buffer));
  for (const use of uses) await use.end();
  return new Set(given);
}

function times(count: number, bytes: number): number[] {
  return Array.from({ length: count }, () => bytes);
}

describe("memory that is used again", () => {
  it("is shared memory of the length that was asked for", async () => {
    const buffers = new SharedBuffers(1000);
    for (const bytes of [0, 1, 4, 5, 30, 32, 33, 999, 5000]) {
      const room = await buffers.use(bytes, async (room) => room);
      expect(room).toHaveLength(bytes);
      expect(room.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it("returns the result of the work", async () => {
    expect(await new SharedBuffers(1000).use(30, async (room) => room.length)).toBe(30);
  });

  it("is kept while none is in use", async () => {
    const buffers = new SharedBuffers(1000);
    const first = await memoryFor(buffers, 30);
    for (let round = 0; round < 10; round += 1) {
      expect(await memoryFor(buffers, 30)).toBe(first);
    }
  });

  it("may be longer than requested, and is the shortest that is long enough", async () => {
    const buffers = new SharedBuffers(10_000);
    await memoriesFor(buffers, [800, 200, 400]);
    expect((await memoryFor(buffers, 10)).byteLength).toBe(224);
    expect((await memoryFor(buffers, 224)).byteLength).toBe(224);
    expect((await memoryFor(buffers, 225)).byteLength).toBe(448);
    expect((await memoryFor(buffers, 449)).byteLength).toBe(896);
  });

  it("is at most a quarter longer than the request that it was allocated for", async () => {
    for (let bytes = 1; bytes < 5000; bytes += 1) {
      const { byteLength } = await memoryFor(new SharedBuffers(10_000), bytes);
      expect(byteLength).toBeGreaterThanOrEqual(bytes);
      expect(byteLength).toBeLessThanOrEqual(bytes * 1.25);
    }
  });

  it("has no more length than the parts of files have", async () => {
    const MIB = 1024 * 1024;
    for (const bytes of [5 * MIB, 8 * MIB, 16 * MIB]) {
      expect((await memoryFor(new SharedBuffers(bytes), bytes)).byteLength).toBe(bytes);
    }
  });

  it("is kept up to a quarter more than the limit", async () => {
    const buffers = new SharedBuffers(1024);
    const first = await memoriesFor(buffers, times(20, 64));
    const second = await memoriesFor(buffers, times(20, 64));
    expect([...second].filter((memory) => first.has(memory))).toHaveLength(20);
    const more = await memoriesFor(buffers, times(30, 64));
    expect([...more].filter((memory) => second.has(memory))).toHaveLength(20);
    const again = await memoriesFor(buffers, times(30, 64));
    expect([...again].filter((memory) => more.has(memory))).toHaveLength(20);
  });

  it("goes, that which was not used for the longest time first, where there is no room", async () => {
    const buffers = new SharedBuffers(800);
    const longUnused = await memoryFor(buffers, 320);
    const [used, other] = [using(buffers, 320), using(buffers, 320)];
    const recent = (await used.given).buffer;
    await other.given;
    // The one that ends first is the one that is not used for longer.
    await used.end();
    await other.end();
    expect(recent).toBe(longUnused);
    const otherMemory = (await other.given).buffer;
    await memoryFor(buffers, 640);
    const left = await memoriesFor(buffers, [320, 320]);
    expect(left.has(otherMemory)).toBe(true);
    expect(left.has(longUnused)).toBe(false);
  });

  it("is the one that was used last, of several that are as long", async () => {
    const buffers = new SharedBuffers(1000);
    const [first, last] = [using(buffers, 320), using(buffers, 320)];
    await Promise.all([first.given, last.given]);
    await first.end();
    await last.end();
    expect(await memoryFor(buffers, 320)).toBe((await last.given).buffer);
  });

  it("is kept up to the same limit after a request for 0 bytes", async () => {
    const buffers = new SharedBuffers(1024);
    await memoryFor(buffers, 0);
    const first = await memoriesFor(buffers, times(30, 64));
    const second = await memoriesFor(buffers, times(30, 64));
    expect([...second].filter((memory) => first.has(memory))).toHaveLength(20);
  });

  it("goes before new memory is made that there would be no room for", async () => {
    const buffers = new SharedBuffers(800);
    const short = await memoriesFor(buffers, times(3, 320));
    const long = using(buffers, 640);
    await long.given;
    const meanwhile = await memoriesFor(buffers, times(3, 320));
    expect([...meanwhile].filter((memory) => short.has(memory))).toHaveLength(1);
    await long.end();
  });

  it("needs no new memory once it was used for all sizes", async () => {
    const buffers = new SharedBuffers(1000);
    const seen = new Set<ArrayBufferLike>();
    for (let round = 0; round < 200; round += 1) {
      const bytes = 1 + ((round * 7919) % 1000);
      seen.add(await memoryFor(buffers, bytes));
    }
    const atFirst = seen.size;
    for (let round = 0; round < 2000; round += 1) {
      const bytes = 1 + ((round * 104_729) % 1000);
      seen.add(await memoryFor(buffers, bytes));
    }
    expect(atFirst).toBeLessThan(20);
    expect(seen.size - atFirst).toBeLessThan(5);
  });
});

describe("memory of work that failed", () => {
  it("is never used again after a failure, since something may still write into it", async () => {
    const buffers = new SharedBuffers(1000);
    const failed = new Set<ArrayBufferLike>();
    for (let round = 0; round < 50; round += 1) {
      let late: Buffer | undefined;
      const work = buffers.use(100, async (room) => {
        late = room;
        throw failure;
      });
      await expect(work).rejects.toBe(failure);
      if (late === undefined) throw new Error("the work was not run");
      failed.add(late.buffer);
      await buffers.use(100, async (room) => {
        room.fill("a");
        late?.fill("late");
        expect(room.every((byte) => byte === 97)).toBe(true);
        expect(failed.has(room.buffer)).toBe(false);
      });
    }
    for (const memory of await memoriesFor(buffers, times(20, 20))) {
      expect(failed.has(memory)).toBe(false);
    }
  });

  it("is not given again either when the work was given up, or failed before it waited", async () => {
    const buffers = new SharedBuffers(1000);
    const controller = new AbortController();
    const given: ArrayBufferLike[] = [];
    const aborted = buffers.use(100, async (room) => {
      given.push(room.buffer);
      await new Promise((_resolve, reject) => {
        controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
      });
    });
    controller.abort(failure);
    await expect(aborted).rejects.toBe(failure);
    const atOnce = buffers.use(100, (room) => {
      given.push(room.buffer);
      throw failure;
    });
    await expect(atOnce).rejects.toBe(failure);
    expect(given).not.toContain(await memoryFor(buffers, 100));
  });

  it("does not count: after a thousand failures the same memory is kept", async () => {
    const buffers = new SharedBuffers(1024);
    for (let round = 0; round < 1000; round += 1) {
      await expect(buffers.use(512, async () => await Promise.reject(failure))).rejects.toBe(
        failure,
      );
    }
    const first = await memoriesFor(buffers, times(20, 64));
    const second = await memoriesFor(buffers, times(20, 64));
    expect([...second].filter((memory) => first.has(memory))).toHaveLength(20);
  });
});

type Step =
  | { readonly kind: "begin"; readonly bytes: number }
  | { readonly kind: "end" | "fail"; readonly which: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("begin" as const), bytes: fc.nat(300) }),
    fc.record({ kind: fc.constantFrom("end" as const, "fail" as const), which: fc.nat(20) }),
  ),
  { minLength: 1, maxLength: 120 },
);

describe("memory that is borrowed", () => {
  it("is used again when it was given back, though it is disposed of afterwards", async () => {
    const buffers = new SharedBuffers(1000);
    const borrowed = buffers.borrow(30);
    borrowed.giveBack();
    borrowed[Symbol.dispose]();
    borrowed.giveBack();
    const [one, other] = [buffers.borrow(30), buffers.borrow(30)];
    expect(one.bytes.buffer).toBe(borrowed.bytes.buffer);
    expect(other.bytes.buffer).not.toBe(borrowed.bytes.buffer);
  });

  it("is not used again when it was disposed of, though it is given back afterwards", async () => {
    const buffers = new SharedBuffers(1000);
    const borrowed = buffers.borrow(30);
    borrowed[Symbol.dispose]();
    borrowed.giveBack();
    expect(await memoryFor(buffers, 30)).not.toBe(borrowed.bytes.buffer);
  });
});

describe("memory that is borrowed, given back and lost in any order", () => {
  it("no two users share memory, and none has that of failed work", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: 800 }), async (steps, limit) => {
        await runSteps(new SharedBuffers(limit), steps);
      }),
    );
  });
});

async function runSteps(buffers: SharedBuffers, steps: readonly Step[]): Promise<void> {
  const users: { readonly use: MemoryUse; readonly memory: ArrayBufferLike }[] = [];
  const failed = new Set<ArrayBufferLike>();
  for (const step of steps) {
    if (step.kind === "begin") {
      const use = using(buffers, step.bytes);
      const memory = (await use.given).buffer;
      expect(failed.has(memory)).toBe(false);
      expect(users.map((user) => user.memory)).not.toContain(memory);
      users.push({ use, memory });
      continue;
    }
    const [user] = users.splice(step.which % Math.max(1, users.length), 1);
    if (user === undefined) continue;
    if (step.kind === "fail") failed.add(user.memory);
    await user.use.end(step.kind === "fail" ? failure : undefined);
  }
  for (const { use } of users) await use.end();
}
