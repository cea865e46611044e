import { open } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { Journal } from "../../src/write/journal.ts";
import { readJournal } from "../../src/write/read-journal.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* A journal is rewritten when it has many lines. */

const RESULT = { appResultId: "3" as AppResultId, resultPath: "/projects/p/appresults/r" };
const DEAD_LINES = 4096;

test("[W19] lines reach the journal that its folder shows when the folder could not be synced as it was rewritten", async () => {
  await using folder = await tempDir();
  await using journal = await Journal.create(folder.path, OWNER);
  await journal.record({ file: "1", event: "begun", ...RESULT, path: "f1" });
  // A folder is synced with fsync(2), a journal with fdatasync(2).
  await using any = await open(folder.path);
  const full = new Error("EIO: i/o error, fsync");
  const sync = vi.spyOn(Object.getPrototypeOf(any), "sync").mockRejectedValueOnce(full);
  try {
    for (let at = 0; at < DEAD_LINES + 10; at += 1) {
      journal.note({ file: "1", event: "renamed", path: `g${at}` });
    }
    await journal.record({ file: "1", event: "renamed", path: "now" });
    expect(sync).toHaveBeenCalledOnce();
  } finally {
    sync.mockRestore();
  }
  await journal.record({ file: "1", event: "closed", sizeBytes: 3, isSynced: true });
  const again = vi.spyOn(Object.getPrototypeOf(any), "sync");
  await journal.sync();
  // Otherwise a power cut could still bring the old journal back, which lacks these lines.
  expect(again).toHaveBeenCalledOnce();
  await journal.sync();
  expect(again).toHaveBeenCalledOnce();
  again.mockRestore();
  const read = await readJournal(folder.path);
  expect(read?.isWhole).toBe(true);
  expect(read?.files.get("1")).toMatchObject({ state: "closed", closed: { sizeBytes: 3 } });
});
