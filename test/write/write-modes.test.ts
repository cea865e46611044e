import { createHash } from "node:crypto";
import { overtakenBy } from "../../src/write/journaled-file.ts";
import { cp, rm } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { WriteMode } from "../../src/core/write-mode.ts";
import { cameAfter } from "../../src/write/came-after.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { KnownFile } from "../../src/write/known-file.ts";
import { Staging } from "../../src/write/staging.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { content, OWNER, PART } from "../helpers/upload-world.ts";

/* When files are finished, by write mode. */

const here = useStagedFiles();
const alone = async (): Promise<"closed"> => "closed";

let taken: string | undefined;

afterEach(async () => {
  if (taken !== undefined) await rm(taken, { recursive: true, force: true });
});

async function useMode(writeMode: WriteMode): Promise<void> {
  await here.use({ writeMode });
}

/** Writes and closes `path`, as one process does that nobody shares the file with. */
async function closed(path: string, text = path): Promise<StagedFile> {
  const writer = await here.files.createForWriting(here.world.resultFile(path));
  await writer.write(0, Buffer.from(text));
  await writer.flush(alone, neverAborted);
  writer.close();
  return writer.file;
}

/** The journal's lines about the only staging file of a killed process, as the next mount reads them. */
async function left(path?: string): Promise<KnownFile> {
  taken = `${here.world.stagingPath}-taken`;
  const filter = (path: string): boolean => !path.includes(".lock");
  await cp(here.world.stagingPath, taken, { recursive: true, filter });
  await using staging = new Staging(taken, { owner: OWNER, memoryBytes: 0 });
  const files = await staging.adopt((folder, error) => {
    throw new Error(folder, { cause: error });
  });
  const known = files.map((file) => file.known as KnownFile);
  return known.find(({ resultFile }) => (path ?? resultFile.path) === resultFile.path) as KnownFile;
}

describe("through", () => {
  test("[W27] a close returns when BaseSpace has the file", async () => {
    await useMode("through");
    await closed("f");
    expect(await here.world.remote()).toEqual(["f=f"]);
  });
});

describe("through, with several writers", () => {
  test("[W3] a close that waits for another's upload does not finish what a third one has begun", async () => {
    await useMode("through");
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=400ms");
    const first = await here.files.createForWriting(here.world.resultFile("f"));
    await first.write(0, Buffer.from("whole"));
    const second = here.files.openForWriting(first.file);
    const flushes = [first, second].map(async (writer) => await writer.flush(alone, neverAborted));
    await expect.poll(() => first.file.content.state).toBe("finishing");
    const third = here.files.openForWriting(first.file);
    await third.truncate(0);
    await third.write(0, Buffer.from("PART"));
    await Promise.all(flushes);
    expect(await here.world.remote()).toEqual(["f=whole"]);
    expect(first.file.content.isUnfinished).toBe(true);
    await here.files.remove(first.file, neverAborted);
    for (const writer of [first, second, third]) writer.close();
  });
});

test("[W3] a file of several parts that is overwritten while it is uploaded is not completed with bytes of before and after", async () => {
  await useMode("through");
  here.world.emulator.addFaults("PUT /files/*/parts/* delay=200ms");
  const first = await here.files.createForWriting(here.world.resultFile("f"));
  const old = content(3 * PART);
  await first.write(0, Buffer.from(old));
  const flushed = first.flush(alone, neverAborted);
  await expect.poll(() => first.file.content.state).toBe("finishing");
  const second = here.files.openForWriting(first.file);
  await second.write(0, Buffer.from("new"));
  await flushed;
  expect(await here.world.remote()).toEqual([]);
  await second.flush(alone, neverAborted);
  expect(await here.world.remote()).toEqual([`f=new${old.slice(3)}`]);
  for (const writer of [first, second]) writer.close();
});

describe("a file whose path was that of one that is still uploaded", () => {
  /** Whether BaseSpace completed the older content after the newer file was begun, as the next mount sees it. */
  async function isNewer(text: string): Promise<boolean> {
    const { shown, ...known } = await left("p");
    const etag = createHash("md5").update(text).digest("hex");
    const remote = { id: "9999999999999", etag, dateCreatedMs: Date.now() };
    return cameAfter(remote, { shown, overtakes: overtakenBy(known), modifiedMs: 0 });
  }

  test("[W19] is newer when it was renamed to it", async () => {
    await useMode("back");
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const old = await closed("p", "old");
    await expect.poll(() => old.content.inFlight.md5s).toHaveLength(1);
    const file = await closed("q", "new");
    const replaced = { file: old, versions: [] };
    const renamed = here.files.names.rename(
      file,
      { path: "p", replaced, shown: null },
      neverAborted,
    );
    await renamed;
    expect([await isNewer("old"), await isNewer("another")]).toEqual([false, true]);
  });

  test("[W28] is newer when that was removed, and complete after it", async () => {
    await useMode("back");
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const old = await closed("p", "old");
    await expect.poll(() => old.content.inFlight.md5s).toHaveLength(1);
    const removed = here.files.remove(old, neverAborted);
    await closed("p", "new");
    expect([await isNewer("old"), await isNewer("another")]).toEqual([false, true]);
    await removed;
    await expect.poll(async () => await here.world.remote()).toEqual(["p=old", "p=new"]);
  });
});

describe.each<WriteMode>(["through", "back"])("in mode %s", (mode) => {
  test("[W20] a close under a temporary name does not close what another program has begun meanwhile", async () => {
    await useMode(mode);
    const first = await here.files.createForWriting(here.world.resultFile("f.tmp"));
    await first.write(0, Buffer.from("whole"));
    const second = here.files.openForWriting(first.file);
    await first.flush(async () => {
      await second.write(0, Buffer.from("new"));
      return "closed";
    }, neverAborted);
    expect((await left()).state).toBe("open");
    await first.flush(alone, neverAborted);
    expect((await left()).state).toBe("closed");
    for (const writer of [first, second]) writer.close();
  });

  test("[W3] a close does not finish what another program has begun while its writers were searched for", async () => {
    await useMode(mode);
    const first = await here.files.createForWriting(here.world.resultFile("f"));
    await first.write(0, Buffer.from("whole"));
    const second = here.files.openForWriting(first.file);
    await first.flush(async () => {
      await second.truncate(0);
      await second.write(0, Buffer.from("new"));
      return "closed";
    }, neverAborted);
    first.close();
    expect(first.file.content.isClosed).toBe(false);
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual([]);
    await second.write(3, Buffer.from(" and whole"));
    await second.flush(alone, neverAborted);
    second.close();
    await expect.poll(async () => await here.world.remote()).toEqual(["f=new and whole"]);
  });
});

describe("back", () => {
  test("[W27] a close returns when staging has the file, and the upload follows", async () => {
    await useMode("back");
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const file = await closed("f");
    expect(file.content.isUnfinished).toBe(true);
    expect(await left()).toMatchObject({ state: "closed", closed: { isSynced: true } });
    await expect.poll(async () => await here.world.remote()).toEqual(["f=f"]);
    await expect.poll(() => file.content.isUnfinished).toBe(false);
  });

  test("[W2] a complete file that is renamed before the kernel reports its last close is not interrupted", async () => {
    await useMode("back");
    const writer = await here.files.createForWriting(here.world.resultFile("f"));
    await writer.write(0, Buffer.from("x"));
    await writer.flush(alone, neverAborted);
    await expect.poll(() => writer.file.content.isUnfinished).toBe(false);
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=300ms");
    await here.files.names.rename(writer.file, { path: "g" }, neverAborted);
    expect(await left()).toMatchObject({ state: "closed", resultFile: { path: "g" } });
    writer.close();
    await expect.poll(async () => await here.world.remote()).toEqual(["f=x", "g=x"]);
  });

  test("a close fails when the disk does not take the bytes", async () => {
    await useMode("back");
    const writer = await here.files.createForWriting(here.world.resultFile("f"));
    await writer.write(0, Buffer.from("x"));
    await rm(here.world.stagingPath, { recursive: true });
    await expect(writer.flush(alone, neverAborted)).rejects.toMatchObject({
      reason: "environment",
    });
    writer.close();
    await here.files.remove(writer.file, neverAborted);
  });

  test("[W27] an index is finished after its data, however long that takes", async () => {
    await useMode("back");
    here.world.emulator.addFaults("PUT /files/*/parts/1 delay=300ms");
    const [data, index] = [await closed("x.bam", content(2 * PART)), await closed("x.bam.bai")];
    await expect.poll(() => index.content.isUnfinished).toBe(false);
    expect(data.content.isUnfinished).toBe(false);
    const begun = (path: string): number =>
      here.world.emulator.requests.findIndex(({ query }) => query.includes(`name=${path}`));
    const completed = here.world.emulator.requests.findIndex(({ query, method }) => {
      return method === "POST" && query.includes("uploadstatus=complete");
    });
    expect(completed).toBeGreaterThan(begun("x.bam"));
    expect(begun("x.bam.bai")).toBeGreaterThan(completed);
  });

  test("[W27] an index that is closed before its data is finished after it", async () => {
    await useMode("back");
    const writer = await here.files.createForWriting(here.world.resultFile("x.bam"));
    await writer.write(0, Buffer.from("data"));
    const index = await closed("x.bam.bai");
    await expect.poll(() => here.world.clock.sleeping).toBeGreaterThan(0);
    here.world.clock.advance(60_000);
    await expect.poll(() => here.world.clock.sleeping).toBeGreaterThan(0);
    expect(index.content.isUnfinished).toBe(true);
    await writer.flush(alone, neverAborted);
    writer.close();
    await expect.poll(() => writer.file.content.isUnfinished).toBe(false);
    here.world.clock.advance(60_000);
    await expect.poll(() => index.content.isUnfinished).toBe(false);
    expect(await here.world.remote()).toEqual(["x.bam=data", "x.bam.bai=x.bam.bai"]);
  });

  test.each([
    ["is open for writing", "x.bam.bai", false],
    ["is interrupted", "x.bam.bai", true],
    ["awaits a rename", "y.tmp", false],
  ])(
    "[W20] an index that %s when its data is finished is not finished",
    async (_is, path, isKilled) => {
      await useMode("back");
      here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=400ms");
      const data = await closed("x.bam");
      const index = await closed("x.bam.bai");
      const again = here.files.openForWriting(index);
      await again.truncate(0);
      await again.write(0, Buffer.from("PARTIAL"));
      if (path !== index.path) await here.files.names.rename(index, { path }, neverAborted);
      if (isKilled) await again.flush(async () => "killed", neverAborted);
      await expect.poll(() => data.content.isUnfinished).toBe(false);
      await here.files.finishing.finishAll(neverAborted);
      expect(await here.world.remote()).toEqual(["x.bam=x.bam"]);
      expect(index.content.isInterrupted).toBe(isKilled);
      expect(index.awaitsRename).toBe(path === "y.tmp");
      await here.files.remove(index, neverAborted);
      again.close();
    },
  );

  test("an index whose data fails, fails too", async () => {
    await useMode("back");
    here.world.emulator.addFaults("POST /appresults/*/files status=403");
    const data = await closed("x.bam");
    const index = await closed("x.bam.bai");
    await expect
      .poll(() => [data, index].map(({ content }) => content.failure))
      .toEqual([
        expect.objectContaining({ reason: "access-denied" }),
        expect.objectContaining({ reason: "access-denied" }),
      ]);
    here.world.emulator.clearFaults();
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual(["x.bam=x.bam", "x.bam.bai=x.bam.bai"]);
  });
});

describe("commit", () => {
  test("[W27] nothing is finished before it is committed; whole parts are sent before", async () => {
    await useMode("commit");
    const file = await closed("f", content(3 * PART + 1));
    here.files.finishing.finishInBackground(file);
    await here.files.finishing.finishAll(neverAborted);
    expect(file.awaitsCommit).toBe(true);
    expect(await here.world.remote()).toEqual([]);
    await here.files.finishing.commitAll();
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual([`f=${content(3 * PART + 1)}`]);
  });

  test("a temporary name is renamed, and a file replaced, without an upload", async () => {
    await useMode("commit");
    const old = await closed("f");
    const file = await closed("f.tmp");
    await here.files.names.rename(
      file,
      { path: "f", replaced: { file: old, versions: [] } },
      neverAborted,
    );
    here.files.finishing.finishInBackground(file);
    expect(here.files.unfinished()).toEqual([file]);
    await here.files.finishing.commitAll();
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual(["f=f.tmp"]);
  });

  test("[W27] the end of the session finishes nothing, and the next one knows why", async () => {
    await useMode("commit");
    await closed("f");
    await here.use({});
    expect(await here.world.remote()).toEqual([]);
    const known = await left();
    expect(known).toMatchObject({ state: "closed", closed: { awaitsCommit: true } });
  });

  test("what was committed is finished by the next session", async () => {
    await useMode("commit");
    const file = await closed("f");
    await file.content.commit();
    expect((await left()).closed).toEqual({ sizeBytes: 1, isSynced: true });
  });

  test("a file that is written again in another mode follows that one", async () => {
    await useMode("commit");
    const file = await closed("f");
    await here.files.whiteouts.setWriteMode(here.world.appResultId, "through");
    const writer = here.files.openForWriting(file);
    await writer.write(0, Buffer.from("g"));
    expect(file.awaitsCommit).toBe(false);
    await writer.flush(alone, neverAborted);
    writer.close();
    expect(await here.world.remote()).toEqual(["f=g"]);
  });
});
