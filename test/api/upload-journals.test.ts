import { randomBytes } from "node:crypto";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { FileEntry } from "../../src/api/models/models.ts";
import { OPEN_RESULT, transferWorld } from "../helpers/transfer-world.ts";

/* A journal names an upload by its Id, and a service that was set up again assigns Ids again. */

const PART = 5 * 1024 * 1024;
const bytes = randomBytes(26_000_000);
const world = transferWorld(Buffer.from("stored"));
const destination = { appResultId: OPEN_RESULT, path: "mine" };

let path: string;
let results = 0;

/** An upload that was cut short after some parts. */
beforeEach(async () => {
  path = world.dir.join("f");
  await writeFile(path, bytes);
  const controller = new AbortController();
  const cut = upload({
    signal: controller.signal,
    onProgress: ({ doneBytes }: { readonly doneBytes: number }) => {
      if (doneBytes >= 3 * PART) controller.abort(new DOMException("cut", "AbortError"));
    },
  });
  await expect(cut).rejects.toThrow("cut");
});

async function upload(more: object = {}): Promise<FileEntry> {
  const options = { journal: world.dir.join("journal"), partBytes: PART, parallel: 1, ...more };
  return await world.client.transfers.upload(destination, path, options);
}

const nameInJournal = async (): Promise<{ fileId: string; created: string }> =>
  JSON.parse((await readFile(world.dir.join("journal"), "utf8")).split("\n")[0] ?? "");

/** From now on the journal's Id means another file. */
async function means(other: string, created: string): Promise<void> {
  const name = await nameInJournal();
  await world.client.uploads.abort(name.fileId);
  let text = await readFile(world.dir.join("journal"), "utf8");
  text = text.replace(`"fileId":"${name.fileId}"`, `"fileId":"${other}"`);
  text = text.replace(name.created, created);
  await writeFile(world.dir.join("journal"), text);
}

const begun = async (where: typeof destination): Promise<string> =>
  await world.client.uploads.begin(where);

async function otherResult(): Promise<string> {
  const { projects } = world.client;
  const project = await projects.create(`other ${(results += 1)}`);
  return (await projects.createAppResult(project.id, { name: "other" })).id;
}

/** What has the Id of the journal now, and whose date the journal has. */
const others: Readonly<Record<string, () => Promise<{ id: string; created?: string }>>> = {
  "a pending file of another path": async () => ({
    id: await begun({ ...destination, path: "theirs" }),
  }),
  "a pending file of that path in another result": async () => ({
    id: await begun({ ...destination, appResultId: await otherResult() }),
  }),
  "a pending file of that path that was begun at another time": async () => ({
    id: await begun(destination),
    created: "2001-01-01T00:00:00.000Z",
  }),
  "a complete file of another path": async () => ({
    id: (await world.client.transfers.upload({ ...destination, path: "done" }, bytes)).id,
  }),
  "a complete file of that path in another result": async () => {
    const appResultId = await otherResult();
    return { id: (await world.client.transfers.upload({ ...destination, appResultId }, bytes)).id };
  },
};

describe.each(Object.keys(others))("a journal whose Id now means %s", (what) => {
  test.each(["the same file", "a file that changed since"])(
    "is not gone on with for %s",
    async (which) => {
      const other = await others[what]?.();
      if (other === undefined) throw new Error(what);
      const before = await world.client.files.get(other.id);
      await means(other.id, other.created ?? before.dateCreated.toISOString());
      if (which !== "the same file") await utimes(path, new Date(), new Date("2020-02-02"));
      world.emulator.clearRequests();
      const file = await upload();
      expect(file.id).not.toBe(other.id);
      const sent = world.emulator.requests.filter(({ method }) => method !== "GET");
      expect(sent.filter(({ path: to }) => to.includes(`/files/${other.id}`))).toEqual([]);
      expect(Buffer.from(await world.client.transfers.download.read(file)).equals(bytes)).toBe(
        true,
      );
      expect(
        (await world.client.appResults.files(OPEN_RESULT).all()).map(({ id }) => id),
      ).toContain(file.id);
      const { sizeBytes, uploadStatus } = before;
      expect(await world.client.files.get(other.id)).toMatchObject({ sizeBytes, uploadStatus });
      expect(await readdir(world.dir.path)).toEqual(["f"]);
    },
  );
});

test("an upload is continued when the Id in its journal still names it", async () => {
  const { fileId } = await nameInJournal();
  world.emulator.clearRequests();
  expect((await upload()).id).toBe(fileId);
  expect(world.emulator.requests.filter(({ method }) => method === "PUT").length).toBeLessThan(4);
});

test("the upload of a changed file is aborted", async () => {
  const { fileId } = await nameInJournal();
  await utimes(path, new Date(), new Date("2020-02-02"));
  expect((await upload()).id).not.toBe(fileId);
  expect((await world.client.files.get(fileId)).uploadStatus).toBe("aborted");
});
