import { readdirSync } from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileId } from "../../src/core/ids.ts";
import type { JournalEvent } from "../../src/write/journal-events.ts";
import { journalLine } from "../../src/write/journal-text.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import {
  afterRestart,
  closeFile,
  type EditLines,
  NextMount,
  useAdoption,
  withoutEvent,
} from "../helpers/adoption-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { content, PART } from "../helpers/upload-world.ts";

/* What can go wrong between two mounts: power cuts, lost parts, newer versions, and programs that run again. */

const here = useStagedFiles();
const killed = useAdoption(here);
const { kill, adopt, editJournal, halfSent, parts } = killed;
const signal = new AbortController().signal;

const begun = (): number => here.world.sent("POST", /\/appresults\/\d+\/files$/);

/** The journal, with more lines about its first file. */
function withEvents(...events: readonly JournalEvent[]): EditLines {
  return (lines) => [
    ...lines,
    ...events.map((event, at) => journalLine(lines.length + at, { file: "1", ...event }).trimEnd()),
  ];
}

/** The staging file of the first file that was taken. */
function takenFile(): string {
  const [folder = ""] = readdirSync(killed.taken).filter((name) => /^mount-[0-9a-f]+$/.test(name));
  return join(killed.taken, folder, "1");
}

/** Somebody else uploads a file to the path. */
async function uploadElsewhere(text: string, path = "f"): Promise<void> {
  const { appResultId, client } = here.world;
  await client.uploads.whole({ appResultId, path }, { bytes: Buffer.from(text) });
}

test("[W20] a file that a power cut made unsafe stays interrupted when the next mount is killed too", async () => {
  here.world.emulator.addFaults("POST /appresults/*/files status=500");
  const file = await here.written("f", content(PART));
  await expect(closeFile(here.files, file)).rejects.toThrow();
  await kill();
  await editJournal(afterRestart);
  const { f } = await adopt();
  expect(f?.isInterrupted).toBe(true);
  await using third = await NextMount.after(killed.taken, `${killed.taken}-third`, { here });
  const { f: again } = await third.adopt();
  expect(again?.isInterrupted).toBe(true);
  await third.files.finishing.finishAll(signal);
  expect(await here.world.remote()).toEqual([]);
});

test("[W19] parts behind the end of a file that was cut shorter do not become a part of it", async () => {
  here.world.emulator.addFaults("POST /files/* n=1 status=403");
  const file = await here.written("f", content(4 * PART + 9));
  await expect(closeFile(here.files, file)).rejects.toThrow();
  await kill();
  await truncate(takenFile(), 2 * PART);
  const closed = { event: "closed", sizeBytes: 2 * PART, isSynced: true } as const;
  await editJournal(withEvents({ event: "changed" }, closed));
  const { f } = await adopt();
  await expect.poll(() => f?.content.state).toBe("complete");
  expect(await here.world.remote()).toEqual([`f=${content(4 * PART + 9).slice(0, 2 * PART)}`]);
});

test("[W19] what was changed and closed again is uploaded, though BaseSpace has completed as many bytes", async () => {
  const file = await here.written("f", content(3 * PART));
  await closeFile(here.files, file);
  await kill();
  const closed = { event: "closed", sizeBytes: 3 * PART, isSynced: false } as const;
  await editJournal((lines) =>
    withEvents({ event: "changed" }, closed)(withoutEvent("finished")(lines)),
  );
  await writeFile(takenFile(), content(3 * PART, "d"));
  const { f } = await adopt({ newest: shownOf(file) });
  await expect.poll(() => f?.content.state).toBe("complete");
  expect((await here.world.remote()).at(-1)).toBe(`f=${content(3 * PART, "d")}`);
});

function shownOf({ content: { uploaded } }: StagedFile): {
  readonly id: FileId;
  readonly sizeBytes: number;
} {
  if (uploaded === undefined) throw new Error("it is not complete");
  return uploaded;
}

describe("a newer version that somebody uploads", () => {
  test("[W19] while what was left behind is being sent is not hidden by that", async () => {
    await halfSent();
    await kill();
    here.world.emulator.addFaults("PUT /files/*/parts/* n=1 delay=400ms");
    const { f } = await adopt();
    await here.world.faultsTaken();
    await uploadElsewhere("newer");
    await expect.poll(() => f?.content.failure).toMatchObject({ reason: "unfinished" });
    expect(await here.world.remote()).toEqual(["f=newer"]);
    expect(f?.content.isUnfinished).toBe(true);
  });

  test("[W19] is found among more than a hundred other files", async () => {
    await halfSent();
    await kill();
    await uploadElsewhere("first", "first");
    const [first] = await here.world.client.appResults.files(here.world.appResultId).all();
    await uploadElsewhere("newer");
    for (let at = 0; at < 120; at += 1) await uploadElsewhere("", `other/${at}`);
    const { f } = await adopt({ listedUpTo: first?.id });
    await expect.poll(() => f?.content.failure).toMatchObject({ reason: "unfinished" });
  });

  test("[W19] to another path does not matter, nor one that there was before", async () => {
    await uploadElsewhere("older");
    const [older] = await here.world.client.appResults.files(here.world.appResultId).all();
    await halfSent();
    await kill();
    await uploadElsewhere("other", "other");
    const { f } = await adopt({ newest: older, listedUpTo: older?.id });
    await expect.poll(() => f?.content.state).toBe("complete");
    expect((await here.world.remote()).at(-1)).toBe("other=other");
    expect(await here.world.remote()).toContain(`f=${content(4 * PART + 9)}`);
  });
});

test("[W19] a program that writes its path again while it is being sent is the one whose content is shown", async () => {
  await halfSent();
  await kill();
  here.world.emulator.addFaults("PUT /files/*/parts/* n=1 delay=400ms");
  const { f } = await adopt();
  await here.world.faultsTaken();
  const writer = killed.next.openForWriting(f as StagedFile);
  const text = content(2 * PART + 5, "n");
  await writer.truncate(0);
  await writer.write(0, Buffer.from(text.slice(0, PART)));
  await f?.content.settled();
  // Half of what it writes is no version.
  expect(await here.world.remote()).toEqual([]);
  await writer.write(PART, Buffer.from(text.slice(PART)));
  await writer.flush(async () => "closed", signal);
  writer.close();
  expect(f?.content.state).toBe("complete");
  expect(await here.world.remote()).toEqual([`f=${text}`]);
});

test("[W19] a file that is removed is not uploaded by the next mount, though the mount is killed while it does so", async () => {
  const file = await halfSent();
  here.world.emulator.addFaults("POST /files/* n=1 delay=700ms");
  const removing = here.files.remove(file, signal);
  await here.world.faultsTaken();
  await expect.poll(() => here.files.unfinished()).toEqual([]);
  await kill();
  await removing;
  expect(await adopt()).toEqual({});
});

describe("parts that BaseSpace had acknowledged and lost", () => {
  const md5OfPart = async (number: number): Promise<string> => {
    const start = (number - 1) * PART;
    const bytes = Buffer.from(content(4 * PART + 9).slice(start, start + PART));
    return await here.world.client.uploads.md5(bytes);
  };

  /** The journal says that BaseSpace acknowledged `number`, which it does not have. */
  async function killedWithout(number: number): Promise<void> {
    here.world.emulator.addFaults(`PUT /files/*/parts/${number} status=500`);
    const file = await here.written("f", content(4 * PART + 9));
    await expect(closeFile(here.files, file)).rejects.toThrow();
    here.world.emulator.clearFaults();
    await kill();
    const partBytes = number === 5 ? 9 : PART;
    const sent = { number, partBytes, md5: await md5OfPart(number) };
    await editJournal(withEvents({ event: "part-sent", ...sent }));
  }

  test.each([2, 5])("[W19] are sent again: part %i", async (number) => {
    await killedWithout(number);
    const before = parts();
    const { f } = await adopt();
    await expect.poll(() => f?.content.state).toBe("complete");
    expect(await here.world.remote()).toEqual([`f=${content(4 * PART + 9)}`]);
    expect(begun()).toBe(1);
    expect(parts() - before).toBeGreaterThan(0);
  });

  test("[W19] in the middle make the upload begin anew, under one file, when BaseSpace does not list parts", async () => {
    await killedWithout(2);
    here.world.emulator.addFaults("GET /files/*/parts status=404");
    const { f } = await adopt();
    await expect.poll(() => f?.content.state).toBe("complete");
    expect(await here.world.remote()).toEqual([`f=${content(4 * PART + 9)}`]);
  });

  test("[W26] at the end are an error when BaseSpace does not list parts, and the next close uploads it", async () => {
    await killedWithout(5);
    here.world.emulator.addFaults("GET /files/*/parts status=404");
    const { f } = await adopt();
    await expect
      .poll(() => String(f?.content.failure))
      .toContain(`has ${4 * PART} bytes of ${4 * PART + 9}`);
    expect(f?.content.isUnfinished).toBe(true);
    await closeFile(killed.next, f as StagedFile);
    expect((await here.world.remote()).at(-1)).toBe(`f=${content(4 * PART + 9)}`);
    expect(f?.content.state).toBe("complete");
  });
});

test("[W19] a session that is told to end at once does not wait for what it has adopted", async () => {
  await halfSent();
  await kill();
  here.world.emulator.addFaults("PUT /files/*/parts/* n=1 delay=60s");
  const { f } = await adopt();
  await here.world.faultsTaken();
  killed.next.hurry();
  const startedMs = performance.now();
  await killed.next[Symbol.asyncDispose]();
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect(f?.content.isUnfinished).toBe(true);
  expect(readdirSync(join(takenFile(), ".."))).toContain("1");
});
