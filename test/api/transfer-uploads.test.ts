import { randomBytes } from "node:crypto";
import { chmod, open, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { FileEntry } from "../../src/api/models/models.ts";
import type { Files } from "../../src/api/resources/files.ts";
import { FileUpload, type UploadOptions } from "../../src/api/transfers/upload-file.ts";
import { fileSource } from "../../src/api/transfers/upload-source.ts";
import type { UploadDestination } from "../../src/api/uploads/upload-destination.ts";
import { SharedBuffers } from "../../src/core/shared-buffers.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* An upload of a short file in two parts: what becomes of it, and of its journal, when something fails. */

const PART = 5 * 1024 * 1024;
const bytes = randomBytes(PART + 17);
const RETRY = { attempts: 2, firstDelayMs: 1, maxDelayMs: 5, totalMs: 60_000 };
const RESULT = "31";
const DATE = new Date("2020-02-02");

let emulator: TestEmulator;
let client: BaseSpace;
let dir: TempDir;
let path: string;
let number = 0;
let destination: UploadDestination;

beforeAll(async () => {
  const open = { id: RESULT, name: "open", status: "Running" } as const;
  emulator = await startTestEmulator({ projects: [{ name: "p", appResults: [open] }] });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, retry: RETRY, environment: {} });
});

afterAll(async () => {
  await client?.close();
  await emulator?.close();
});

beforeEach(async () => {
  emulator.clearFaults();
  emulator.clearRequests();
  dir = await tempDir();
  path = dir.join("f");
  await writeFile(path, bytes);
  await utimes(path, DATE, DATE);
  destination = { appResultId: RESULT, path: `file ${(number += 1)}` };
});

afterEach(async () => await dir[Symbol.asyncDispose]());

const withJournal = (): UploadOptions => ({ journal: dir.join("journal"), partBytes: PART });

async function upload(options: UploadOptions = withJournal()): Promise<FileEntry> {
  await using source = await fileSource(path, new SharedBuffers(4 * PART));
  const { uploads, files, apiServer } = client;
  const signal = options.signal ?? new AbortController().signal;
  return await new FileUpload(
    { apiServer, uploads, files, destination, options, lockFolder: dir.path },
    source,
  ).run(signal);
}

const PUTS = ["PUT 1", "PUT 2"];

/** The emulator's files, as a service with fewer fields returns them. */
const filesChangedBy = (changed: (file: FileEntry) => FileEntry): Files =>
  ({
    get: async (...call: Parameters<Files["get"]>) => changed(await client.files.get(...call)),
  }) as Files;

/** What was sent, without queries: `PUT 1` is the first part. */
const sent = (): string[] =>
  emulator.requests
    .filter(({ method }) => method !== "GET")
    .map(({ method, path: to }) => `${method} ${to.split("/").at(-1) ?? ""}`);

const hasJournal = async (): Promise<boolean> => (await readdir(dir.path)).includes("journal");

async function nameInJournal(): Promise<Record<string, unknown> & { fileId: string }> {
  const [line = ""] = (await readFile(dir.join("journal"), "utf8")).split("\n");
  return JSON.parse(line) as Record<string, unknown> & { fileId: string };
}

async function statusOf(fileId: string): Promise<string | undefined> {
  return (await client.files.get(fileId)).uploadStatus;
}

async function expectDone(file: FileEntry): Promise<void> {
  expect(file).toMatchObject({ sizeBytes: bytes.length, uploadStatus: "complete" });
  expect(Buffer.from(await client.transfers.download.read(file)).equals(bytes)).toBe(true);
  expect(await hasJournal()).toBe(false);
}

/** Begins an upload of which BaseSpace has only the first part. Returns the Id of the pending file. */
async function cut(): Promise<string> {
  emulator.addFaults("PUT /files/*/parts/2 status=500");
  await expect(upload({ ...withJournal(), parallel: 1 })).rejects.toThrow("500");
  emulator.clearFaults();
  emulator.clearRequests();
  return (await nameInJournal()).fileId;
}

async function rewrite(changes: object): Promise<void> {
  const [line = "", ...parts] = (await readFile(dir.join("journal"), "utf8")).split("\n");
  const name = JSON.stringify({ ...(JSON.parse(line) as object), ...changes });
  await writeFile(dir.join("journal"), [name, ...parts].join("\n"));
}

describe("an upload that fails", () => {
  test.each([
    ["status=500", true],
    ["status=503", true],
    ["reset-before", true],
    ["status=409", false],
    ["status=403", false],
    ["status=404", false],
  ])("by %s keeps its journal: %s", async (fault, isKept) => {
    emulator.addFaults(`PUT /files/*/parts/2 ${fault}`);
    await expect(upload()).rejects.toThrow();
    expect(await hasJournal()).toBe(isKept);
    expect(sent().at(-1)?.startsWith("POST ")).toBe(!isKept);
  });

  test("has a journal that names it, from the first part on", async () => {
    await cut();
    const { dateCreated } = await client.files.get((await nameInJournal()).fileId);
    expect(await nameInJournal()).toEqual({
      fileId: expect.any(String),
      place: `${emulator.apiServer}/v1pre3/appresults/31/files/${destination.path}`,
      partBytes: PART,
      sizeBytes: bytes.length,
      mtimeMs: DATE.getTime(),
      created: dateCreated.toISOString(),
    });
  });

  test("without a journal is aborted, also when the failure may pass, and when its caller aborted", async () => {
    emulator.addFaults("PUT /files/*/parts/2 status=500");
    await expect(upload({ partBytes: PART })).rejects.toThrow("500");
    emulator.clearFaults();
    const gaveUp = new Error("gave up");
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(gaveUp);
    const options = { partBytes: PART, parallel: 1, signal: controller.signal, onProgress };
    await expect(upload(options)).rejects.toBe(gaveUp);
    const pending = await emulator.get(`appresults/${RESULT}/files?Statuses=pending&Limit=1000`);
    const { Response } = (await pending.json()) as { Response: { Items: { Path: string }[] } };
    expect(Response.Items.map((item) => item.Path)).not.toContain(destination.path);
  });

  test("and cannot be aborted either says why it failed", async () => {
    emulator.addFaults("PUT /files/*/parts/2 status=403");
    emulator.addFaults("POST /files/* status=500");
    await expect(upload()).rejects.toMatchObject({ status: 403 });
    expect(await hasJournal()).toBe(false);
  });
});

describe("a journal", () => {
  test("is continued: only what is missing is sent, and the progress covers all of it", async () => {
    const fileId = await cut();
    const done: number[] = [];
    const onProgress = ({
      doneBytes,
      totalBytes,
    }: {
      doneBytes: number;
      totalBytes?: number;
    }): void => {
      expect(totalBytes).toBe(bytes.length);
      done.push(doneBytes);
    };
    const file = await upload({ ...withJournal(), parallel: 1, onProgress });
    expect(sent()).toEqual(["PUT 2", `POST ${fileId}`]);
    expect(file.id).toBe(fileId);
    expect(done).toEqual([PART, bytes.length]);
    await expectDone(file);
  });

  test("that went on and failed again has what was sent meanwhile", async () => {
    const fileId = await cut();
    emulator.addFaults("POST /files/* status=500");
    await expect(upload({ ...withJournal(), totalMs: 1 })).rejects.toThrow("500");
    emulator.clearFaults();
    emulator.clearRequests();
    await expectDone(await upload());
    expect(sent()).toEqual([`POST ${fileId}`]);
  });

  test("of a part that has other bytes by now has it sent again", async () => {
    const fileId = await cut();
    const text = await readFile(dir.join("journal"), "utf8");
    await writeFile(
      dir.join("journal"),
      text.replace(/"md5":"[^"]*"/, `"md5":"${"0".repeat(32)}"`),
    );
    const file = await upload();
    expect(file.id).toBe(fileId);
    expect(sent().toSorted()).toEqual([`POST ${fileId}`, "PUT 1", "PUT 2"]);
    await expectDone(file);
  });

  test.each<[string, object]>([
    ["date", { mtimeMs: 5 }],
    ["size", { sizeBytes: 5 }],
    ["part size", { partBytes: 5 }],
  ])("of another %s is given up in BaseSpace, and begun anew", async (_what, changes) => {
    const fileId = await cut();
    await rewrite(changes);
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    expect(await statusOf(fileId)).toBe("aborted");
    await expectDone(file);
  });

  test("to another destination begins again, and nothing is aborted there", async () => {
    const fileId = await cut();
    await rewrite({ place: "elsewhere" });
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    expect(await statusOf(fileId)).toBe("pending");
    await expectDone(file);
  });

  test("of an upload that was aborted since begins again", async () => {
    const fileId = await cut();
    await client.uploads.abort(fileId);
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    await expectDone(file);
  });

  test.each([403, 404])("of a file for which BaseSpace returns %i begins again", async (status) => {
    const fileId = await cut();
    emulator.addFaults(`GET /files/${fileId} n=1 status=${status}`);
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    await expectDone(file);
  });

  test("of a file that cannot be read is kept for the next time", async () => {
    const fileId = await cut();
    emulator.addFaults(`GET /files/${fileId} status=500`);
    await expect(upload()).rejects.toThrow("500");
    emulator.clearFaults();
    expect((await nameInJournal()).fileId).toBe(fileId);
    expect((await upload()).id).toBe(fileId);
  });

  test("of a file that is complete with fewer bytes begins again", async () => {
    const fileId = await cut();
    await expect(client.uploads.complete({ fileId, sizeBytes: 1 })).rejects.toThrow("bytes of 1");
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    await expectDone(file);
  });

  test("of a file that is complete is all there is to do, unless there is a newer one", async () => {
    for (const isNewest of [true, false]) {
      const fileId = await cut();
      await client.uploads.part({ fileId, number: 2 }, { bytes: bytes.subarray(PART) });
      await client.uploads.complete({ fileId, sizeBytes: bytes.length });
      if (!isNewest) await client.uploads.whole(destination, { bytes: Buffer.from("newer") });
      emulator.clearRequests();
      const file = await upload();
      expect(file.id === fileId).toBe(isNewest);
      expect(sent().length > 0).toBe(!isNewest);
      await expectDone(file);
    }
  });

  describe.each([
    ["an ETag", (file: FileEntry): FileEntry => file],
    ["no ETag", ({ etag: _none, ...file }: FileEntry): FileEntry => file],
  ])("of a file whose completion had no response and that has %s", (_what, changed) => {
    /** Completes the file without a response that arrives. Returns its Id. */
    async function completedWithoutResponse(): Promise<string> {
      emulator.addFaults("POST /files/* n=1 reset-after", "GET /files/* status=501");
      await expect(upload()).rejects.toThrow();
      emulator.clearFaults();
      emulator.clearRequests();
      const { fileId } = await nameInJournal();
      expect(await statusOf(fileId)).toBe("complete");
      return fileId;
    }

    async function again(): Promise<FileEntry> {
      await using source = await fileSource(path, new SharedBuffers(4 * PART));
      const { uploads, apiServer } = client;
      const files = filesChangedBy(changed);
      const parts = {
        apiServer,
        uploads,
        files,
        destination,
        options: withJournal(),
        lockFolder: dir.path,
      };
      return await new FileUpload(parts, source).run(new AbortController().signal);
    }

    test("sends nothing when the source has its bytes", async () => {
      const fileId = await completedWithoutResponse();
      const file = await again();
      expect([file.id, sent()]).toEqual([fileId, []]);
      await expectDone(file);
    });

    test.each([5, PART + 5])(
      "sends all of it when byte %i is another one by now, and the date is what it was",
      async (at) => {
        const fileId = await completedWithoutResponse();
        const now = Buffer.from(bytes);
        now[at] = (now[at] ?? 0) ^ 1;
        await writeFile(path, now);
        await utimes(path, DATE, DATE);
        const file = await again();
        expect(file.id).not.toBe(fileId);
        expect(
          sent()
            .filter((line) => line.startsWith("PUT"))
            .toSorted(),
        ).toEqual(PUTS);
        const newest = await client.uploads.newest(destination);
        expect(newest?.id).toBe(file.id);
        expect(Buffer.from(await client.transfers.download.read(file)).equals(now)).toBe(true);
        expect([await hasJournal(), await statusOf(fileId)]).toEqual([false, "complete"]);
      },
    );
  });

  test("of a part that was sent again before its line was written does not count as that part", async () => {
    await cut();
    const other = bytes.map((byte) => byte ^ 1);
    const { fileId } = await nameInJournal();
    await client.uploads.part({ fileId, number: 1 }, { bytes: other.subarray(0, PART) });
    await client.uploads.part({ fileId, number: 2 }, { bytes: bytes.subarray(PART) });
    await client.uploads.complete({ fileId, sizeBytes: bytes.length });
    const file = await upload();
    expect(file.id).not.toBe(fileId);
    await expectDone(file);
  });
});

describe("the source of an upload", () => {
  test.each([
    ["its mode alone", false],
    ["its bytes, and its date is set back", true],
  ])("that changes %s meanwhile fails it: %s", async (_what, isOther) => {
    let changed: Promise<void> | undefined;
    const change = async (): Promise<void> => {
      if (!isOther) return await chmod(path, 0o600);
      const file = await open(path, "r+");
      await file.write(Buffer.from([(bytes[5] ?? 0) ^ 1]), 0, 1, 5);
      await file.close();
      await utimes(path, DATE, DATE);
    };
    const onProgress = (): void => void (changed ??= change());
    const uploading = upload({ ...withJournal(), parallel: 1, onProgress });
    if (isOther) {
      await expect(uploading).rejects.toMatchObject({ reason: "changed" });
      expect(await hasJournal()).toBe(false);
      expect(sent().at(-1)).toMatch(/^POST \d+$/);
    } else await expectDone(await uploading);
    await changed;
    expect((await stat(path)).mtimeMs).toBe(DATE.getTime());
  });
});

describe("what the caller says of time", () => {
  /* The client's own limits are minutes: what follows them would not end within the test's. */
  test.each([
    ["its beginning", "POST /appresults/*/files"],
    ["a part", "PUT /files/*/parts/1"],
    ["its end", "POST /files/*"],
  ])(
    "counts for %s",
    async (_title, what) => {
      const patient = { attempts: 10_000, firstDelayMs: 20, maxDelayMs: 20, totalMs: 600_000 };
      const { apiServer, accessToken } = emulator;
      const settings = { retry: patient, writeDeadlineMs: 600_000, environment: {} };
      await using own = new BaseSpace({ apiServer, accessToken, ...settings });
      await using source = await fileSource(path, new SharedBuffers(4 * PART));
      const { uploads, files } = own;
      for (const [fault, limits] of [
        ["status=503", { totalMs: 100 }],
        ["delay=600s", { totalMs: 100, timeoutMs: 100 }],
      ] as const) {
        emulator.clearFaults();
        emulator.addFaults(`${what} ${fault}`);
        const options = { ...withJournal(), ...limits };
        const one = new FileUpload(
          { apiServer, uploads, files, destination, options, lockFolder: dir.path },
          source,
        );
        await expect(one.run(new AbortController().signal)).rejects.toThrow();
      }
    },
    60_000,
  );
});
