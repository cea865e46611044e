import { expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { TaskGroup } from "../../src/core/task-group.ts";
import { IncrementalUpload } from "../../src/upload/incremental-upload.ts";
import { PartPlan } from "../../src/upload/part-plan.ts";

const PART = 10;

it("what an ended process has sent counts as sent, as long as nobody changes it", async () => {
  await using tasks = new TaskGroup();
  const content = {
    sizeBytes: 35,
    read: async (_start: number, bytes: Uint8Array) => bytes.length,
  };
  const parts = new Map([1, 2, 3].map((number) => [number, { partBytes: PART, md5: "same" }]));
  const sent: number[] = [];
  const upload = new IncrementalUpload<string, string>({
    plan: new PartPlan([{ parts: 20, partBytes: PART }]),
    tasks,
    check: () => {},
    content,
    earlier: { begun: "begun", parts, md5: async () => "same" },
    memory: { use: async (sizeBytes, _signal, work) => await work(new Uint8Array(sizeBytes)) },
    protocol: {
      begin: async () => "begun",
      sendPart: async (_begun, { number }) => void sent.push(number),
      complete: async () => "complete",
      abort: async () => {},
    },
  });
  expect(upload.confirmedBytes).toBe(30);
  upload.written(12, 14);
  expect(upload.confirmedBytes).toBe(20);
  content.sizeBytes = 25;
  expect(upload.confirmedBytes).toBe(10);
  content.sizeBytes = 35;
  upload.hasOnly(new Map([[1, "same"]]));
  expect(upload.confirmedBytes).toBe(10);
  await upload.finish(35, { signal: neverAborted, stopped: neverAborted });
  expect([sent, upload.confirmedBytes]).toEqual([[2, 3, 4], 35]);
});
