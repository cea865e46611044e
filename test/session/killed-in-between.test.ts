import { mkdirSync, readdirSync } from "node:fs";
import { copyFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { stagedUploads } from "../../src/write/leftovers.ts";
import { editJournalIn, renumbered } from "../helpers/adoption-world.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { FILES, type KilledSession, useKilledSession } from "../helpers/killed-session.ts";

/* A mount is killed between two things that belong together: what the next one shows. */

const world = useKilledSession();

const stateOf = (folder: KilledSession["home"]): string => folder.join(".local/state/bsmount");

/** The process was killed before it wrote these events about the last content, and the whiteouts. */
async function killedBefore(...events: readonly string[]): Promise<void> {
  const here = world();
  await here.kill();
  await rm(join(stateOf(here.next), "removed"), { recursive: true, force: true });
  await editJournalIn(join(stateOf(here.next), "staging"), (lines) => {
    const closed = lines.findLastIndex((line) => line.includes('"event":"closed"'));
    const isGone = (line: string): boolean =>
      [...events, "covered"].some((event) => line.includes(`"event":"${event}"`));
    return renumbered(lines.filter((line, at) => at <= closed || !isGone(line)));
  });
}

const PART = 9 * 1024 * 1024;
const parts = (letter: string): string => letter.repeat(PART);

/** The bytes of small files were in memory, and are lost with the process. */
async function bytesLost(): Promise<void> {
  const staging = join(stateOf(world().next), "staging");
  for (const name of readdirSync(staging, { recursive: true }).map(String))
    if (/\/\d+$/.test(name)) await rm(join(staging, name));
}

describe("a new version that BaseSpace has completed", () => {
  it.each([
    ["the journal has that", []],
    ["nobody knows that", ["completed", "finished"]],
  ])("[W2] is shown alone when its bytes are lost with the mount: %s", async (_title, events) => {
    const here = world();
    await here.write({ name: "f", text: "first" });
    await here.write({ name: "f", text: "second" });
    await killedBefore(...events);
    await bytesLost();
    {
      await using session = await here.sessionIn(here.next);
      await expect.poll(async () => await here.names(session)).toEqual(["f"]);
      expect(await here.text("f", session)).toBe("second");
    }
    // What the user has shown since stays.
    await rm(join(stateOf(here.next), "removed"), { recursive: true });
    await using session = await here.sessionIn(here.next);
    expect(await here.names(session)).toHaveLength(2);
  });

  it.each([
    ["the journal has that", "second", []],
    ["the journal has that, sent in parts", parts("2"), []],
    ["nobody knows that", "second", ["completed", "finished"]],
    ["nobody knows that, sent in parts", parts("2"), ["completed", "finished"]],
  ])(
    "[W2] is shown alone when the mount is killed before its whiteouts: %s",
    async (_title, text, events) => {
      const here = world();
      await here.write({ name: "f", text: "first" });
      await here.write({ name: "f", text });
      await killedBefore(...events);
      for (const _mount of ["next", "the one after that"]) {
        await using session = await here.sessionIn(here.next);
        await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
        await expect.poll(async () => await here.names(session)).toEqual(["f"]);
        expect((await here.text("f", session)).length).toBe(text.length);
      }
      expect(await complete()).toBe(2);
    },
  );

  it.each([
    ["before the rename took effect", ["renamed"]],
    ["after the rename", []],
  ])("[W10] under the name that it is renamed to: %s", async (_title, events) => {
    const here = world();
    await here.write({ name: "f", text: "first" });
    await here.write({ name: "f.tmp", text: "second" });
    await here.rename("f.tmp", "f");
    await killedBefore(...events);
    await using session = await here.sessionIn(here.next);
    await expect.poll(async () => await here.names(session)).toEqual(["f"]);
    expect(await here.text("f", session)).toBe("second");
  });

  it("[W28] does not hide again what the user had shown", async () => {
    const here = world();
    await here.write({ name: "f", text: "first" });
    await here.write({ name: "f", text: "second" });
    await here.kill();
    await rm(join(stateOf(here.next), "removed"), { recursive: true });
    await using session = await here.sessionIn(here.next);
    expect(await here.names(session)).toEqual(["f", expect.stringMatching(/^f~\d+$/)]);
  });
});

describe("a new version whose whiteouts the disk refuses", () => {
  it.each([
    ["until it is complete", true],
    ["until the mount has ended", false],
  ])("[W2] is shown alone by the next mount: %s", async (_until, isMended) => {
    const here = world();
    const removed = join(stateOf(here.home), "removed");
    await here.write({ name: "f", text: "first" });
    await rm(removed, { recursive: true, force: true });
    await writeFile(removed, "no folder");
    await here.write({ name: "f", text: "second" });
    expect(await here.names()).toEqual(["f"]);
    if (isMended) await rm(removed);
    await here.reopen({ readOnly: true });
    if (!isMended) await rm(removed);
    for (const _mount of ["the next", "the one after that"]) {
      await here.reopen();
      await expect.poll(async () => await here.names()).toEqual(["f"]);
      expect(await here.text("f")).toBe("second");
    }
  });
});

it("[W2] a complete file that is renamed is not shown under its old name when the mount is killed before the whiteout", async () => {
  const here = world();
  await here.write({ name: "x", text: "one" });
  here.emulator.addFaults("POST /appresults/*/files status=503");
  await here.rename("x", "y");
  await killedBefore();
  here.emulator.clearFaults();
  await using session = await here.sessionIn(here.next);
  expect(await here.names(session)).toEqual(["y"]);
  await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
  expect(await here.names(session)).toEqual(["y"]);
});

describe("a file that is renamed over one that BaseSpace lacks", () => {
  it("[W2] is the one that is left when the mount is killed before the other is deleted, however old its bytes are", async () => {
    const here = world();
    await here.reopen({ writeMode: "commit" });
    await here.write({ name: "new", text: "renamed last" });
    await here.write({ name: "f", text: "written last" });
    const [replaced] = (await stagedUploads(join(stateOf(here.home), "staging"))).filter(
      ({ resultFile }) => resultFile?.path === "f",
    );
    const kept = here.home.join("kept");
    await copyFile(replaced?.file ?? "", kept);
    await here.rename("new", "f");
    await here.kill();
    const file = join(stateOf(here.next), (replaced?.file ?? "").split("/").slice(-3).join("/"));
    await copyFile(kept, file);
    expect(await leftIn(here.next)).toEqual(["f"]);
    await using session = await here.sessionIn(here.next);
    expect(await here.names(session)).toEqual(["f"]);
    expect(await here.text("f", session)).toBe("renamed last");
    expect(readdirSync(dirname(file))).not.toContain(file.split("/").at(-1));
  });
});

describe("a file that the disk refuses to delete", () => {
  it("[W19] was removed all the same, also for the next mount", async () => {
    const here = world();
    await here.write({ name: "f", text: "one", isRefused: true });
    const [staged] = await stagedUploads(join(stateOf(here.home), "staging"));
    const path = staged?.file ?? "";
    const kept = here.home.join("kept");
    await copyFile(path, kept);
    // What unlink(2) refuses, for any user.
    await rm(path);
    mkdirSync(path);
    await here.remove("f");
    expect(await here.names()).toEqual([]);
    await here.kill();
    const file = join(stateOf(here.next), path.split("/").slice(-3).join("/"));
    await rm(file, { recursive: true });
    await copyFile(kept, file);
    expect(await leftIn(here.next)).toEqual([]);
    await using session = await here.sessionIn(here.next);
    expect(await here.names(session)).toEqual([]);
    expect(session.uploads()).toMatchObject({ pending: 0, interrupted: 0, failed: 0 });
    expect(await complete()).toBe(0);
  });
});

/** The paths of what is staged. */
async function leftIn(folder: KilledSession["home"]): Promise<readonly (string | undefined)[]> {
  const uploads = await stagedUploads(join(stateOf(folder), "staging"));
  return uploads.map(({ resultFile }) => resultFile?.path);
}

/** How many versions BaseSpace has. */
async function complete(): Promise<number> {
  const { client, fileSystem } = world().first;
  const id = await walkerOf(fileSystem).readFile(FILES.replace("/files", "/.id"));
  return (await client.appResults.files(id.trim()).all()).length;
}
