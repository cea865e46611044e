import { describe, expect, it } from "vitest";
import { RequestQueue } from "../../src/read/request-queue.ts";

function queueOf(maxRequests: number): { queue: RequestQueue<string>; started: string[] } {
  const started: string[] = [];
  const start = (job: string): void => void started.push(job);
  return { queue: new RequestQueue({ maxRequests, urgentExtra: 1, start }), started };
}

describe("RequestQueue", () => {
  it("starts at most its limit, and the next when one has ended", () => {
    const { queue, started } = queueOf(2);
    for (const job of ["a", "b", "c", "d"]) queue.add(job, false);
    expect(started).toEqual(["a", "b"]);
    queue.done();
    expect(started).toEqual(["a", "b", "c"]);
    expect(queue.running).toBe(2);
  });

  it("lets a waiting reader in when all are busy with read-ahead, but bounds that too", () => {
    const { queue, started } = queueOf(2);
    for (const job of ["a", "b", "c"]) queue.add(job, false);
    queue.add("urgent", true);
    queue.add("also urgent", true);
    expect(started).toEqual(["a", "b", "urgent"]);
  });

  it("takes urgent jobs first", () => {
    const { queue, started } = queueOf(1);
    queue.add("a", true);
    queue.add("b", true);
    queue.add("ahead", false);
    queue.add("urgent", true);
    queue.done();
    queue.done();
    queue.done();
    expect(started).toEqual(["a", "b", "urgent", "ahead"]);
  });

  it("promotes a job that a reader has come to need", () => {
    const { queue, started } = queueOf(1);
    for (const job of ["a", "b", "c"]) queue.add(job, false);
    queue.promote("c");
    queue.promote("a");
    expect(started).toEqual(["a", "c"]);
  });

  it("takes back what has not started", () => {
    const { queue, started } = queueOf(1);
    queue.add("a", false);
    queue.add("b", false);
    expect([queue.remove("b"), queue.remove("a")]).toEqual([true, false]);
    queue.done();
    expect(started).toEqual(["a"]);
    expect(queue.running).toBe(0);
  });
});
