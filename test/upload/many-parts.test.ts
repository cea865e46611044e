import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { Semaphore } from "../../src/core/semaphore.ts";
import { TaskGroup } from "../../src/core/task-group.ts";
import { IncrementalUpload } from "../../src/upload/incremental-upload.ts";
import { PartPlan } from "../../src/upload/part-plan.ts";

/* Node warns of a leak, on standard error, from the eleventh listener of a signal on. */

const PARTS = 30;

async function warningsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", onWarning);
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  return warnings;
}

it("an upload whose parts all wait for memory warns of no leak", async () => {
  const room = new Semaphore(1);
  await using tasks = new TaskGroup();
  const upload = new IncrementalUpload<string, string>({
    plan: new PartPlan([{ parts: PARTS, partBytes: 1 }]),
    tasks,
    check: () => {},
    content: { sizeBytes: PARTS, read: async (_start, bytes) => bytes.length },
    memory: {
      use: async (sizeBytes, signal, work) =>
        await room.run(signal, async () => await work(new Uint8Array(sizeBytes))),
    },
    protocol: {
      begin: async () => "begun",
      sendPart: async () => await new Promise((resolve) => setImmediate(resolve)),
      complete: async () => "complete",
      abort: async () => {},
    },
  });
  const stopped = new AbortController().signal;
  const warnings = await warningsDuring(async () => {
    const file = await upload.finish(PARTS, { signal: neverAborted, stopped });
    expect(file).toBe("complete");
  });
  expect(warnings).toEqual([]);
});

it("tasks that all wait for the end of their group warn of no leak", async () => {
  await using tasks = new TaskGroup();
  const warnings = await warningsDuring(async () => {
    for (let task = 0; task < PARTS; task += 1)
      tasks.start(async (signal) => await delay(1, undefined, { signal }));
    await tasks.idle();
  });
  expect(warnings).toEqual([]);
});
