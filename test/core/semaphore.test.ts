import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { Semaphore } from "../../src/core/semaphore.ts";

describe("Semaphore", () => {
  it("never lets more in than it has permits, and lets everybody in at last", async () => {
    const semaphore = new Semaphore(3);
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => semaphore.run(neverAborted, work)));
    expect(most).toBe(3);
    expect(inside).toBe(0);
  });

  it("skips a waiter that was aborted, and grants the permit to the next", async () => {
    const semaphore = new Semaphore(1);
    await semaphore.acquire(neverAborted);
    const impatient = new AbortController();
    const given = semaphore.acquire(impatient.signal);
    const patient = semaphore.acquire(neverAborted);
    impatient.abort(new Error("late"));
    await expect(given).rejects.toThrow("late");
    semaphore.release();
    await patient;
  });

  it("gives its permit back when the work fails", async () => {
    const semaphore = new Semaphore(1);
    const failing = semaphore.run(neverAborted, async () => await Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await semaphore.run(neverAborted, async () => 1)).toBe(1);
  });
});
