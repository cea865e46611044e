import { appendFile, lstat, open, readFile, symlink, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  DownloadJournal,
  hasChecksum,
  readDownloadJournal,
  removeDownloadJournal,
} from "../../src/api/transfers/download-journal.ts";
import {
  readUploadJournal,
  removeUploadJournal,
  UploadJournal,
} from "../../src/api/transfers/upload-journal.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* What a transfer that was cut short knows of its parts. */

const upload = {
  fileId: "7",
  place: "https://api.invalid/v1pre3/appresults/31/files/x",
  sizeBytes: 26_000_000,
  mtimeMs: 1.5,
  partBytes: 5_242_880,
  created: "2020-02-02T00:00:00.000Z",
};
const download = { fileId: "7", sizeBytes: 100, etag: "e", partBytes: 10 };

let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await tempDir();
  path = dir.join("journal");
});

afterEach(async () => await dir[Symbol.asyncDispose]());

/** Lines that a crash, another program or another version may leave. */
const NONSENSE = [
  "",
  "null",
  "5",
  '"part"',
  "[]",
  "{}",
  '{"part":"1","md5":"x"}',
  '{"fileId":7}',
  "{",
];

describe("the journal of an upload", () => {
  test("says what is uploaded and which parts are there, for its owner only", async () => {
    {
      await using journal = await UploadJournal.begin(path, upload);
      await journal.add(1, "a");
      await journal.add(3, "c");
    }
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    const parts = new Map([
      [1, "a"],
      [3, "c"],
    ]);
    expect(await readUploadJournal(path)).toEqual({ name: upload, parts });
  });

  test("is continued behind an incomplete line, and the last line counts", async () => {
    {
      await using journal = await UploadJournal.begin(path, upload);
      await journal.add(1, "a");
    }
    await appendFile(path, '{"part":2,"md5":"b"');
    {
      await using journal = await UploadJournal.resume(path);
      await journal.add(3, "c");
      await journal.add(1, "new");
    }
    const parts = new Map([
      [1, "new"],
      [3, "c"],
    ]);
    expect(await readUploadJournal(path)).toEqual({ name: upload, parts });
  });

  test("that is begun forgets what was in it", async () => {
    await writeFile(path, `${JSON.stringify(upload)}\n{"part":1,"md5":"a"}\n`);
    await (await UploadJournal.begin(path, { ...upload, fileId: "8" }))[Symbol.asyncDispose]();
    const left = await readUploadJournal(path);
    expect(left).toEqual({ name: { ...upload, fileId: "8" }, parts: new Map() });
  });

  test("that is opened where none is left is for its owner only", async () => {
    await (await UploadJournal.resume(path))[Symbol.asyncDispose]();
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect(await readUploadJournal(path)).toBeUndefined();
  });

  test("is closed with its owner", async () => {
    const journal = await UploadJournal.begin(path, upload);
    await journal[Symbol.asyncDispose]();
    await expect(journal.add(1, "a")).rejects.toThrow();
  });

  test("reads over what makes no sense, and is none without a name", async () => {
    await writeFile(path, [...NONSENSE, '{"part":1,"md5":"a"}'].join("\n"));
    expect(await readUploadJournal(path)).toBeUndefined();
    await appendFile(path, `\n${JSON.stringify(upload)}\n`);
    expect(await readUploadJournal(path)).toEqual({ name: upload, parts: new Map([[1, "a"]]) });
  });

  test("that is not there is none, and can be removed", async () => {
    expect(await readUploadJournal(path)).toBeUndefined();
    await removeUploadJournal(path);
    await writeFile(path, "");
    await removeUploadJournal(path);
    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the journal of a download", () => {
  test("says what is downloaded and which parts are there, added at the same time", async () => {
    {
      await using journal = await DownloadJournal.open(path, download, true);
      await Promise.all([0, 1, 2, 3].map(async (part) => await journal.add(part, part * 11)));
    }
    const parts = new Map([0, 1, 2, 3].map((part) => [part, part * 11]));
    expect(await readDownloadJournal(path)).toEqual({ name: download, parts });
  });

  test("is continued behind an incomplete line, and the last line counts", async () => {
    {
      await using journal = await DownloadJournal.open(path, download, true);
      await journal.add(0, 1);
    }
    await appendFile(path, '\n{"part":1,"cr');
    {
      await using journal = await DownloadJournal.open(path, { ...download, etag: "f" }, false);
      await journal.add(0, 2);
      await journal.add(5, 3);
    }
    const parts = new Map([
      [0, 2],
      [5, 3],
    ]);
    expect(await readDownloadJournal(path)).toEqual({ name: { ...download, etag: "f" }, parts });
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(7);
  });

  test("that is begun forgets what was in it", async () => {
    await writeFile(path, '{"part":1,"crc32":5}');
    await (await DownloadJournal.open(path, download, true))[Symbol.asyncDispose]();
    expect(await readDownloadJournal(path)).toEqual({ name: download, parts: new Map() });
  });

  test.each([true, false])("does not follow a link, new or not (%s)", async (isNew) => {
    await writeFile(dir.join("precious"), "precious");
    await symlink(dir.join("precious"), path);
    await expect(DownloadJournal.open(path, download, isNew)).rejects.toMatchObject({
      reason: "usage",
      message: `${path} is in the way: it is a link`,
    });
    expect(await readFile(dir.join("precious"), "utf8")).toBe("precious");
  });

  test("is closed with its owner", async () => {
    const journal = await DownloadJournal.open(path, download, true);
    await journal[Symbol.asyncDispose]();
    await expect(journal.add(1, 1)).rejects.toThrow();
  });

  test("reads over what makes no sense, and is none without a name", async () => {
    await writeFile(path, [...NONSENSE, '{"part":1,"crc32":5}'].join("\n"));
    expect(await readDownloadJournal(path)).toBeUndefined();
    await appendFile(path, `\n${JSON.stringify(download)}\n`);
    expect(await readDownloadJournal(path)).toEqual({ name: download, parts: new Map([[1, 5]]) });
  });

  test("that is not there is none, and can be removed", async () => {
    expect(await readDownloadJournal(path)).toBeUndefined();
    await removeDownloadJournal(path);
    await writeFile(path, "");
    await removeDownloadJournal(path);
    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the checksum of a part", () => {
  test("is that of exactly its bytes", async () => {
    await writeFile(path, "0123456789");
    const file = await open(path, "r");
    const sum = crc32(Buffer.from("3456"));
    expect(await hasChecksum(file, { start: 3, end: 7 }, sum)).toBe(true);
    expect(await hasChecksum(file, { start: 3, end: 7 }, sum + 1)).toBe(false);
    expect(await hasChecksum(file, { start: 2, end: 6 }, sum)).toBe(false);
    expect(await hasChecksum(file, { start: 3, end: 8 }, sum)).toBe(false);
    await file.close();
  });

  test("does not list a part of which a byte is missing, whatever was in memory", async () => {
    await writeFile(path, "0123456789");
    const file = await open(path, "r");
    for (const missing of [1, 2, 10]) {
      const bytes = Buffer.alloc(10);
      bytes.write("0123456789".slice(missing));
      const part = { start: missing, end: missing + 10 };
      expect(await hasChecksum(file, part, crc32(bytes))).toBe(false);
    }
    await file.close();
  });
});
