import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { FileEntry } from "../../src/api/models/models.ts";
import { scratchNames } from "../../src/api/transfers/download-plan.ts";
import type { UploadOptions } from "../../src/api/transfers/upload-file.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const QUICK = { attempts: 3, firstDelayMs: 1, maxDelayMs: 20, totalMs: 10_000 };
const MIB = 1024 * 1024;
const PART = 5 * MIB;
const big = randomBytes(3 * MIB + 17);
const OPEN = "31" as AppResultId;
const HOSTILE = ["../../x", "/etc/x", "a/../../x", "a//x", "./x", "..", "a/\0x"];

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  const base64 = big.toString("base64");
  emulator = await startTestEmulator({
    projects: [
      {
        id: "10",
        name: "p",
        appResults: [
          {
            id: "30",
            name: "done",
            files: [
              { id: "100", path: "deep/er/big.bin", content: { base64 } },
              { id: "101", path: "empty", content: "" },
              { id: "102", path: "old.bam", content: "BAM", archived: true },
            ],
          },
          { id: "31", name: "open", status: "Running" },
        ],
      },
    ],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(async () => {
  emulator.clearFaults();
  emulator.clearRequests();
  dir = await tempDir();
});

afterEach(async () => await dir[Symbol.asyncDispose]());

const bigFile = async (): Promise<FileEntry> => await client.files.get("100");
const storeReads = (): number =>
  emulator.requests.filter(({ path }) => /^\/[0-9a-f]{32}$|objects/.test(path)).length;

describe("a download", () => {
  test("of several parts at a time gives the file's bytes, and leaves nothing beside", async () => {
    const progress: number[] = [];
    const done = await client.transfers.download.toFile(await bigFile(), dir.join("out"), {
      partBytes: 256 * 1024,
      checksum: true,
      onProgress: ({ doneBytes, totalBytes }) => {
        expect(totalBytes).toBe(big.length);
        progress.push(doneBytes);
      },
    });
    expect(done).toEqual({ path: dir.join("out"), sizeBytes: big.length, verified: "md5" });
    expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
    expect(progress.at(-1)).toBe(big.length);
    expect(progress).toHaveLength(13);
    expect(await readdir(dir.path)).toEqual(["out"]);
  });

  test.each([1, 17, MIB, 3 * MIB + 17, 64 * MIB])(
    "is right with parts of %i bytes at the edges",
    async (partBytes) => {
      const range = partBytes < MIB ? { start: big.length - 40, end: big.length } : undefined;
      if (range !== undefined) {
        const bytes = await client.transfers.download.read(await bigFile(), { range });
        expect(Buffer.from(bytes).equals(big.subarray(range.start))).toBe(true);
        return;
      }
      await client.transfers.download.toFile(await bigFile(), dir.join("out"), { partBytes });
      expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
    },
  );

  test("of an empty file asks the object store nothing", async () => {
    await client.transfers.download.toFile("101", dir.join("empty"));
    expect((await lstat(dir.join("empty"))).size).toBe(0);
    expect(storeReads()).toBe(0);
  });

  test("of an archived file says what to do", async () => {
    await expect(client.transfers.download.toFile("102", dir.join("x"))).rejects.toMatchObject({
      reason: "archived",
    });
    expect(await readdir(dir.path)).toEqual([]);
  });

  test("continues where a failed one ended", async () => {
    const options = { partBytes: MIB, parallel: 1 };
    const file = await bigFile();
    const controller = new AbortController();
    const first = client.transfers.download.toFile(file, dir.join("out"), {
      ...options,
      signal: controller.signal,
      onProgress: ({ doneBytes }) => {
        if (doneBytes >= 2 * MIB) controller.abort(new Error("cut short"));
      },
    });
    await expect(first).rejects.toThrow("cut short");
    expect(await readdir(dir.path)).toHaveLength(2);
    emulator.clearRequests();
    await client.transfers.download.toFile(file, dir.join("out"), options);
    expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
    expect(storeReads()).toBeLessThanOrEqual(3);
    expect(storeReads()).toBeGreaterThan(0);
    expect(await readdir(dir.path)).toEqual(["out"]);
  });

  test("after a crash takes no part whose bytes are not on disk, and no torn line", async () => {
    const options = { partBytes: MIB, parallel: 1 };
    const controller = new AbortController();
    await client.transfers.download
      .toFile("100", dir.join("out"), {
        ...options,
        signal: controller.signal,
        onProgress: ({ doneBytes }) => {
          if (doneBytes >= 3 * MIB) controller.abort(new Error("cut short"));
        },
      })
      .catch(() => {});
    const { partial, journal } = scratchNames(dir.join("out"), "100");
    await truncate(partial, MIB + 5);
    await writeFile(journal, `${await readFile(journal, "utf8")}\n{"part":3,"cr`);
    await client.transfers.download.toFile("100", dir.join("out"), options);
    expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
  });

  test("takes nothing from a partial of another file", async () => {
    const { partial, journal } = scratchNames(dir.join("out"), "100");
    await writeFile(partial, randomBytes(big.length));
    const other = { fileId: "7", sizeBytes: big.length, etag: "x", partBytes: MIB };
    const parts = [0, 1, 2, 3].map((part) => JSON.stringify({ part, crc32: 1 }));
    await writeFile(journal, [JSON.stringify(other), ...parts].join("\n"));
    await client.transfers.download.toFile("100", dir.join("out"), { partBytes: MIB });
    expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
  });

  test("as a stream gives the bytes in order, and ends when its reader does", async () => {
    const stream = client.transfers.download.stream(await bigFile(), {
      range: { start: 10, end: 2 * MIB },
    });
    expect((await buffer(Readable.from(stream))).equals(big.subarray(10, 2 * MIB))).toBe(true);
    for await (const piece of client.transfers.download.stream(await bigFile())) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });

  test("of a range that makes no sense is refused", async () => {
    const range = { start: 5, end: 2 };
    await expect(client.transfers.download.read(await bigFile(), { range })).rejects.toMatchObject({
      reason: "usage",
    });
  });

  test("through faults of the store gives the right bytes", async () => {
    emulator.addFaults("GET /objects/* n=2 truncate");
    await client.transfers.download.toFile(await bigFile(), dir.join("out"), { partBytes: MIB });
    expect((await readFile(dir.join("out"))).equals(big)).toBe(true);
  });

  test("whose bytes are other ones is found by its checksum", async () => {
    const file = { ...(await bigFile()), etag: "0".repeat(32) };
    await expect(
      client.transfers.download.toFile(file, dir.join("out"), { checksum: true }),
    ).rejects.toMatchObject({ reason: "changed" });
    expect(await readdir(dir.path)).toEqual([]);
  });

  test("sends no token to the object store", async () => {
    await client.transfers.download.toFile(await bigFile(), dir.join("out"), { partBytes: MIB });
    expect(JSON.stringify(emulator.requests)).not.toContain(emulator.accessToken);
  });
});

describe("a path from the service", () => {
  test("is kept below the folder", async () => {
    const { download } = client.transfers;
    const { path } = await download.toFolder("100", dir.join("t"), { keepPath: true });
    expect(path).toBe(dir.join("t/deep/er/big.bin"));
    expect((await download.toFolder("100", dir.join("t"))).path).toBe(dir.join("t/big.bin"));
  });

  test.each(HOSTILE)("that is %j leads nowhere", async (path) => {
    await mkdir(dir.join("a/b/target"), { recursive: true });
    const file = { ...(await bigFile()), path, name: path };
    await expect(
      client.transfers.download.toFolder(file, dir.join("a/b/target"), { keepPath: true }),
    ).rejects.toMatchObject({ reason: "invalid" });
    expect((await readdir(dir.path, { recursive: true })).toSorted()).toEqual([
      "a",
      "a/b",
      "a/b/target",
    ]);
  });

  test("does not follow a link that stands where a folder should be", async () => {
    await mkdir(dir.join("outside"));
    await mkdir(dir.join("target"));
    await symlink(dir.join("outside"), dir.join("target/deep"));
    await expect(
      client.transfers.download.toFolder("100", dir.join("target"), { keepPath: true }),
    ).rejects.toMatchObject({ reason: "usage" });
    expect(await readdir(dir.join("outside"))).toEqual([]);
  });

  test("replaces a link of its own name, and does not write through it", async () => {
    await writeFile(dir.join("precious"), "precious");
    await symlink(dir.join("precious"), dir.join("out"));
    await symlink(dir.join("precious"), scratchNames(dir.join("other"), "100").partial);
    await client.transfers.download.toFile("100", dir.join("out"));
    expect((await lstat(dir.join("out"))).isSymbolicLink()).toBe(false);
    await expect(client.transfers.download.toFile("100", dir.join("other"))).rejects.toMatchObject({
      reason: "usage",
    });
    expect(await readFile(dir.join("precious"), "utf8")).toBe("precious");
  });
});

const uploaded = async (path: string): Promise<FileEntry[]> =>
  (await client.appResults.files(OPEN).all()).filter((file) => file.path === path);
const pending = async (): Promise<number> => {
  const response = await emulator.get("appresults/31/files?Statuses=pending&Limit=0");
  return ((await response.json()) as { Response: { TotalCount: number } }).Response.TotalCount;
};
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
const contentOf = async (file: FileEntry): Promise<Buffer> =>
  Buffer.from(await client.transfers.download.read(file));

describe("an upload", () => {
  const bytes = randomBytes(26_000_000);

  test.each([0, 1, 25_000_000])("of %i bytes is sent in one request", async (length) => {
    const file = await client.transfers.upload(
      { appResultId: OPEN, path: `whole/${length}` },
      bytes.subarray(0, length),
    );
    expect(file).toMatchObject({ sizeBytes: length, etag: md5(bytes.subarray(0, length)) });
    expect(emulator.requests.filter(({ method }) => method !== "GET")).toHaveLength(1);
  });

  test.each(["path", "bytes", "stream"])("from a %s is sent in parts", async (kind) => {
    await writeFile(dir.join("f"), bytes);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
    };
    const from = { path: dir.join("f"), bytes, stream: pieces() }[kind];
    if (from === undefined) throw new Error(kind);
    const seen: number[] = [];
    const file = await client.transfers.upload({ appResultId: OPEN, path: `parts/${kind}` }, from, {
      partBytes: PART,
      onProgress: ({ doneBytes }) => seen.push(doneBytes),
    });
    expect(file.etag).toMatch(/-5$/);
    expect(seen.at(-1)).toBe(bytes.length);
    expect((await contentOf(file)).equals(bytes)).toBe(true);
  });

  test("of a short or an empty stream is a whole file", async () => {
    for (const text of ["short", ""]) {
      const path = `stream/${text.length}`;
      const file = await client.transfers.upload(
        { appResultId: OPEN, path },
        Readable.from(text === "" ? [] : [Buffer.from(text)]),
      );
      expect((await contentOf(file)).toString()).toBe(text);
    }
  });

  test("that fails is aborted: nothing is left pending", async () => {
    emulator.addFaults("PUT /files/*/parts/2 status=400");
    await expect(
      client.transfers.upload({ appResultId: OPEN, path: "fails" }, bytes),
    ).rejects.toMatchObject({ status: 400 });
    expect(await pending()).toBe(0);
    expect(await uploaded("fails")).toEqual([]);
  });

  test("whose stream breaks is aborted", async () => {
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 20_000_000);
      throw new Error("the pipe broke");
    };
    await expect(
      client.transfers.upload({ appResultId: OPEN, path: "broken" }, breaking()),
    ).rejects.toThrow("the pipe broke");
    expect(await pending()).toBe(0);
  });

  test("with a journal continues where it was interrupted", async () => {
    await writeFile(dir.join("f"), bytes);
    const target = { appResultId: OPEN, path: "goes/on" };
    const options = { journal: dir.join("journal"), partBytes: PART, parallel: 1 };
    const controller = new AbortController();
    await expect(
      client.transfers.upload(target, dir.join("f"), {
        ...options,
        signal: controller.signal,
        onProgress: ({ doneBytes }) => {
          if (doneBytes >= 3 * PART) controller.abort(new DOMException("cut", "AbortError"));
        },
      }),
    ).rejects.toThrow("cut");
    expect(await pending()).toBe(1);
    expect((await lstat(dir.join("journal"))).mode & 0o777).toBe(0o600);
    emulator.clearRequests();
    const file = await client.transfers.upload(target, dir.join("f"), options);
    expect(emulator.requests.filter(({ method }) => method === "PUT").length).toBeLessThan(4);
    expect((await contentOf(file)).equals(bytes)).toBe(true);
    expect(await pending()).toBe(0);
    expect(await readdir(dir.path)).toEqual(["f"]);
  });

  test("with a journal of a file that has changed begins again", async () => {
    await writeFile(dir.join("f"), bytes);
    const target = { appResultId: OPEN, path: "anew" };
    const options = { journal: dir.join("journal"), partBytes: PART, parallel: 1 };
    emulator.addFaults("PUT /files/*/parts/2 status=500");
    await expect(client.transfers.upload(target, dir.join("f"), options)).rejects.toThrow("500");
    emulator.clearFaults();
    const other = Buffer.from(bytes).fill(7, 0, 100);
    await writeFile(dir.join("f"), other);
    const file = await client.transfers.upload(target, dir.join("f"), options);
    expect((await contentOf(file)).equals(other)).toBe(true);
    expect(await pending()).toBe(0);
  });

  describe("with a journal of a complete file whose response was lost", () => {
    const to = { appResultId: OPEN, path: "complete/since" };
    const options = (): UploadOptions => ({ journal: dir.join("journal"), partBytes: PART });

    /** What a process that was killed at the very end leaves. */
    beforeEach(async () => {
      await writeFile(dir.join("f"), bytes);
      emulator.addFaults("PUT /files/*/parts/2 status=500");
      await expect(client.transfers.upload(to, dir.join("f"), options())).rejects.toThrow("500");
      emulator.clearFaults();
      const left = await readFile(dir.join("journal"), "utf8");
      const [, fileId = ""] = /"fileId":"(\d+)"/.exec(left) ?? [];
      for (let at = 0; at * PART < bytes.length; at += 1) {
        const part = bytes.subarray(at * PART, (at + 1) * PART);
        await client.uploads.part({ fileId, number: at + 1 }, { bytes: part });
      }
      await client.uploads.complete({ fileId, sizeBytes: bytes.length });
      emulator.clearRequests();
    });

    test("has nothing to do", async () => {
      const file = await client.transfers.upload(to, dir.join("f"), options());
      expect((await contentOf(file)).equals(bytes)).toBe(true);
      expect(emulator.requests.filter(({ method }) => method !== "GET")).toEqual([]);
      expect(await readdir(dir.path)).toEqual(["f"]);
    });

    test("is sent again when its path shows another file since", async () => {
      const newer = await client.transfers.upload(to, Buffer.alloc(bytes.length));
      const file = await client.transfers.upload(to, dir.join("f"), options());
      expect(Number(file.id)).toBeGreaterThan(Number(newer.id));
      expect((await contentOf(file)).equals(bytes)).toBe(true);
    });
  });

  test("with a journal of a file that was deleted begins again", async () => {
    await writeFile(dir.join("f"), bytes);
    const target = { appResultId: OPEN, path: "gone" };
    const options = { journal: dir.join("journal"), partBytes: PART, parallel: 1 };
    emulator.addFaults("PUT /files/*/parts/2 status=500");
    await expect(client.transfers.upload(target, dir.join("f"), options)).rejects.toThrow("500");
    emulator.clearFaults();
    const left = await readFile(dir.join("journal"), "utf8");
    const [, id = ""] = /"fileId":"(\d+)"/.exec(left) ?? [];
    await client.uploads.abort(id);
    await writeFile(dir.join("journal"), left.replace(`"${id}"`, '"987654"'));
    const file = await client.transfers.upload(target, dir.join("f"), options);
    expect((await contentOf(file)).equals(bytes)).toBe(true);
    expect(await readdir(dir.path)).toEqual(["f"]);
  });

  test("in two versions comes back as the newest, also with all others of the folder", async () => {
    const target = { appResultId: OPEN, path: "versions/x" };
    const versions = [];
    for (const text of ["old", "newer"]) {
      versions.push(await client.transfers.upload(target, Buffer.from(text)));
    }
    for (const files of [versions, versions.toReversed()]) {
      const done = await client.transfers.download.allToFolder(files, dir.path);
      expect(done).toHaveLength(1);
      expect(await readFile(dir.join("versions/x"), "utf8")).toBe("newer");
    }
  });

  test.each(HOSTILE)("to %j is refused", async (path) => {
    await expect(
      client.transfers.upload({ appResultId: OPEN, path }, Buffer.from("x")),
    ).rejects.toMatchObject({ reason: "invalid" });
    expect(emulator.requests).toEqual([]);
  });

  test.each([5 * MIB - 1, 25_000_001, Number.NaN])(
    "in parts of %d bytes is refused",
    async (partBytes) => {
      await expect(
        client.transfers.upload({ appResultId: OPEN, path: "x" }, bytes, { partBytes }),
      ).rejects.toMatchObject({ reason: "usage" });
    },
  );

  test("of what is no file is refused", async () => {
    const target = { appResultId: OPEN, path: "x" };
    await expect(client.transfers.upload(target, dir.path)).rejects.toMatchObject({
      reason: "usage",
    });
    await expect(client.transfers.upload(target, dir.join("no"))).rejects.toMatchObject({
      reason: "not-found",
    });
  });
});
