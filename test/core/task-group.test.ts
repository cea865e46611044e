import { describe, expect, it } from "vitest";
import { TaskGroup } from "../../src/core/task-group.ts";

describe("TaskGroup", () => {
  it("aborts running tasks and waits for their end when it is disposed", async () => {
    let ended = false;
    {
      await using group = new TaskGroup();
      group.start(async (signal) => {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        await new Promise((resolve) => setImmediate(resolve));
        ended = true;
      });
    }
    expect(ended).toBe(true);
  });

  it("hands a failure to its owner instead of losing it", async () => {
    const errors: unknown[] = [];
    const group = new TaskGroup((error) => errors.push(error));
    group.start(async () => await Promise.reject(new Error("no")));
    await group.idle();
    expect(errors).toEqual([new Error("no")]);
    expect(group.size).toBe(0);
  });

  it("starts nothing once it is closed", async () => {
    const group = new TaskGroup();
    await group[Symbol.asyncDispose]();
    group.start(async () => await Promise.reject(new Error("must not run")));
    expect(group.size).toBe(0);
  });
});
