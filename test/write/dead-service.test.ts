import { join } from "node:path";
import { expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { PartPlan } from "../../src/upload/part-plan.ts";
import { TaskGroup } from "../../src/core/task-group.ts";
import { StagedContent } from "../../src/write/staged-content.ts";
import { PartMemory } from "../../src/write/part-memory.ts";
import { StagingFile } from "../../src/write/staging-file.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { NO_JOURNAL } from "../helpers/no-journal.ts";
import { runOut } from "../helpers/run-out.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const MINUTE = 60_000;
const PART_BYTES = 64;
const PARTS = 12;

test("[E3] a close to a service that stays away ends, however many parts are waiting", async () => {
  await using emulator = await startTestEmulator(
    { projects: [{ name: "Results", id: "12" }] },
    { minPartBytes: 1 },
  );
  await using folder = await tempDir();
  const clock = new FakeClock();
  const { apiServer, accessToken } = emulator;
  await using client = new BaseSpace({ apiServer, accessToken, clock, environment: {} });
  const { id } = await client.projects.createAppResult("12", { name: "r" });
  await using tasks = new TaskGroup();
  const staging = await StagingFile.create(join(folder.path, "staged"));
  const file = new StagedContent({
    target: client.uploads,
    destination: { appResultId: id, path: "long" },
    plan: new PartPlan([{ parts: 100, partBytes: PART_BYTES }]),
    staging,
    clock,
    // Two parts at a time: the others stand in line.
    memory: new PartMemory(2 * PART_BYTES),
    tasks,
    journal: NO_JOURNAL,
    sendsAhead: true,
    isCopy: false,
    withRoom: async (work) => await work(),
  });
  const content = Buffer.alloc(PARTS * PART_BYTES, "content ");
  await file.write(0, content.subarray(0, PART_BYTES + 1));
  await expect.poll(() => file.leftBytes).toBe(1);

  emulator.addFaults("PUT /files/*/parts/* status=503");
  await file.write(PART_BYTES, content.subarray(PART_BYTES));
  const failing = file.finish(neverAborted);
  const tookMs = await runOut(clock, failing);
  await expect(failing).rejects.toMatchObject({ status: 503 });
  // Once for what was sent in the background, once for the close itself.
  expect(tookMs).toBeGreaterThanOrEqual(5 * MINUTE);
  expect(tookMs).toBeLessThan(11 * MINUTE);

  emulator.clearFaults();
  const finishing = file.finish(neverAborted);
  await runOut(clock, finishing);
  await finishing;
  const sent = await emulator.get(`files/${file.uploaded?.id ?? ""}/content`);
  expect(Buffer.from(await sent.arrayBuffer()).equals(content)).toBe(true);
  await file.evict();
}, 60_000);
