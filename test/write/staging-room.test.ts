import { describe, expect, test } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import { StagingRoom } from "../../src/write/staging-room.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

/** A disk of `bytes`, some of them kept for reading. */
class Disk {
  readonly clock = new FakeClock();
  readonly totalBytes = 1000;
  checks = 0;
  evictions = 0;
  freeBytes: number;
  kept: number[];

  constructor(freeBytes: number, kept: number[]) {
    this.freeBytes = freeBytes;
    this.kept = kept;
  }

  readonly room: StagingRoom = new StagingRoom({
    uploaded: async () => false,
    clock: this.clock,
    space: async () => {
      this.checks += 1;
      return { totalBytes: this.totalBytes, freeBytes: this.freeBytes };
    },
    evict: async () => {
      this.evictions += 1;
      const bytes = this.kept.shift();
      await new Promise((resolve) => setImmediate(resolve));
      this.freeBytes += bytes ?? 0;
      return bytes !== undefined;
    },
  });

  take(bytes: number, reason: "no-space" | "no-descriptors" = "no-space"): () => Promise<string> {
    return async () => {
      if (bytes > this.freeBytes) throw new BsmountError(reason, `no room for ${bytes}`);
      this.freeBytes -= bytes;
      return "done";
    };
  }
}

describe("work that finds no room", () => {
  test.each(["no-space", "no-descriptors"] as const)(
    "(%s) is done when enough was evicted",
    async (reason) => {
      const disk = new Disk(5, [10, 10, 100]);
      expect(await disk.room.use(disk.take(20, reason))).toBe("done");
      expect([disk.freeBytes, disk.kept]).toEqual([5, [100]]);
    },
  );

  test("fails as it did when there is nothing left to give back", async () => {
    const disk = new Disk(5, [10]);
    await expect(disk.room.use(disk.take(20))).rejects.toThrow("no room for 20");
    expect([disk.freeBytes, disk.evictions]).toEqual([15, 2]);
  });

  test("that fails for another reason takes nothing from anybody", async () => {
    const disk = new Disk(5, [10]);
    const failure = new BsmountError("environment", "the disk is broken");
    const work = async (): Promise<never> => {
      throw failure;
    };
    await expect(disk.room.use(work)).rejects.toBe(failure);
    expect(disk.kept).toEqual([10]);
  });

  test("of two writers at once is done for both, and takes no more than it needs", async () => {
    const disk = new Disk(0, [40, 40, 40]);
    const both = [disk.room.use(disk.take(20)), disk.room.use(disk.take(20))];
    expect(await Promise.all(both)).toEqual(["done", "done"]);
    expect([disk.freeBytes, disk.kept]).toEqual([0, [40, 40]]);
  });

  test("of two writers fails for the one that there is no room for", async () => {
    const disk = new Disk(0, [30]);
    const both = await Promise.allSettled([
      disk.room.use(disk.take(20)),
      disk.room.use(disk.take(20)),
    ]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  test("is done when somebody else made room meanwhile", async () => {
    const disk = new Disk(0, [40]);
    let tries = 0;
    const late = disk.room.use(async () => {
      tries += 1;
      const work = disk.take(10);
      if (tries === 1) await new Promise((resolve) => setTimeout(resolve, 20));
      if (tries === 1) throw new BsmountError("no-space", "there was none when it was tried");
      return await work();
    });
    expect(await disk.room.use(disk.take(10))).toBe("done");
    expect(await late).toBe("done");
    expect(disk.evictions).toBe(1);
  });
});

describe("a disk that gets full", () => {
  test("gets room for others until a twentieth of it is free", async () => {
    const disk = new Disk(0, [20, 20, 11, 500]);
    await disk.room.keepFree();
    expect([disk.freeBytes, disk.kept]).toEqual([51, [500]]);
  });

  test("has none free when a twentieth exactly is", async () => {
    const disk = new Disk(50, [1, 500]);
    await disk.room.keepFree();
    expect(disk.kept).toEqual([500]);
  });

  test("keeps what is kept while there is room", async () => {
    const disk = new Disk(51, [20]);
    await disk.room.keepFree();
    expect(disk.kept).toEqual([20]);
  });

  test("gets what there is, and is left alone then", async () => {
    const disk = new Disk(0, [20]);
    await disk.room.keepFree();
    expect([disk.freeBytes, disk.kept, disk.evictions]).toEqual([20, [], 2]);
  });

  test("is looked at once in a second", async () => {
    const disk = new Disk(500, []);
    await disk.room.keepFree();
    disk.clock.advance(999);
    await disk.room.keepFree();
    expect(disk.checks).toBe(1);
    disk.clock.advance(1);
    await disk.room.keepFree();
    expect(disk.checks).toBe(2);
    disk.clock.advance(999);
    await disk.room.keepFree();
    expect(disk.checks).toBe(2);
  });

  test("is looked at when the clock says zero", async () => {
    const disk = new Disk(500, []);
    const checks: number[] = [];
    const room = new StagingRoom({
      uploaded: async () => false,
      clock: new FakeClock(0),
      space: async () => {
        checks.push(1);
        return { totalBytes: 1, freeBytes: 1 };
      },
      evict: async () => false,
    });
    await room.keepFree();
    expect([checks.length, disk.checks]).toEqual([1, 0]);
  });
});
