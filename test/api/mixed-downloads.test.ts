import { createHash, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import {
  appendFile,
  chmod,
  chown,
  link,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { scratchNames } from "../../src/api/transfers/download-plan.ts";
import type { Downloadable } from "../../src/api/transfers/file-download.ts";
import { envelope, type ScriptedApi, scriptedApi } from "../helpers/scripted-api.ts";
import { type Behaviour, correct, StoreServer } from "../helpers/store-server.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* A download of several parts: those of two versions never become one file, nor those of two files. */

const KIB = 1024;
const PART = 64 * KIB;
const SIZE = 8 * PART + 17;
const old = randomBytes(SIZE);
const newer = randomBytes(SIZE);
const QUICK = { attempts: 3, firstDelayMs: 1, maxDelayMs: 20, totalMs: 10_000 };

/** Without an ETag in BaseSpace, only the versions in the responses distinguish the contents. */
const file: Downloadable = { id: "11", name: "x", path: "x", sizeBytes: SIZE, isArchived: false };
const options = { partBytes: PART, parallel: 1 };

let dir: TempDir;
let api: ScriptedApi;
let client: BaseSpace;
let stores: StoreServer[];
/** The one that the links lead to. */
let store: StoreServer;

async function storeOf(bytes: Buffer, etag: string): Promise<StoreServer> {
  const one = await StoreServer.start(bytes);
  one.etag = etag;
  stores.push(one);
  return one;
}

beforeEach(async () => {
  dir = await tempDir();
  stores = [];
  store = await storeOf(old, "version-1");
  const Expires = "2999-01-01T00:00:00.0000000Z";
  api = await scriptedApi(() => envelope({ HrefContent: store.link().href, Expires }));
  client = connect();
});

afterEach(async () => {
  await client.close();
  await api[Symbol.asyncDispose]();
  for (const one of stores) await one[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** Each has links of its own. */
function connect(): BaseSpace {
  const common = { accessToken: "feedface", retry: QUICK, environment: {} };
  return new BaseSpace({ ...common, apiServer: api.origin });
}

const out = (): string => dir.join("out");
const scratch = (): ReturnType<typeof scratchNames> => scratchNames(out(), file.id);

/** Downloads this many parts, and is ended. */
async function cutAfter(parts: number): Promise<void> {
  const controller = new AbortController();
  const cut = client.transfers.download.toFile(file, out(), {
    ...options,
    signal: controller.signal,
    onProgress: ({ doneBytes }) => {
      if (doneBytes >= Math.min(parts * PART, SIZE)) controller.abort(new Error("cut short"));
    },
  });
  await expect(cut).rejects.toThrow("cut short");
  expect(await readdir(dir.path)).toHaveLength(2);
}

async function expectAll(bytes: Buffer, changes: Partial<Downloadable> = {}): Promise<void> {
  await client.transfers.download.toFile({ ...file, ...changes }, out(), options);
  expect((await readFile(out())).equals(bytes)).toBe(true);
  expect((await readdir(dir.path)).filter((name) => name.startsWith(".bsmount"))).toEqual([]);
}

describe("content that is replaced between a download's cut and its resume", () => {
  test.each([1, 4, 9])(
    "with %i of nine parts there is downloaded from its beginning",
    async (parts) => {
      await cutAfter(parts);
      store = await storeOf(newer, "version-2");
      await client.close();
      client = connect();
      await expectAll(newer);
    },
  );

  test("without the other file is continued", async () => {
    await cutAfter(4);
    store.reset();
    await expectAll(old);
    expect(store.received.length).toBeLessThanOrEqual(5);
  });

  test("in a store that has no ETags is downloaded from its beginning", async () => {
    store.next(...Array.from({ length: 20 }, () => withoutEtag));
    await cutAfter(4);
    store = await storeOf(newer, "version-2");
    store.next(...Array.from({ length: 20 }, () => withoutEtag));
    await client.close();
    client = connect();
    await expectAll(newer);
    expect(store.received).toHaveLength(9);
  });
});

const withoutEtag: Behaviour = ({ response, headers, body }) => {
  const { etag: _none, ...others } = headers;
  response.writeHead(206, others).end(body);
};

/** For every way of reading a file in several responses. */
const ways: Readonly<Record<string, () => Promise<Buffer>>> = {
  "a file": async () => {
    await client.transfers.download.toFile(file, out(), options);
    return await readFile(out());
  },
  "a file, several parts at a time": async () => {
    await client.transfers.download.toFile(file, out(), { partBytes: PART, parallel: 4 });
    return await readFile(out());
  },
};

describe.each(Object.keys(ways))("a download into %s", (way) => {
  const download = async (): Promise<Buffer> =>
    await (ways[way]?.() ?? Promise.reject(new Error(way)));

  test("requests a range again when a response in the middle has no ETag", async () => {
    store.next(correct, correct, correct, correct, withoutEtag);
    expect((await download()).equals(old)).toBe(true);
    expect(store.received).toHaveLength(10);
  });

  test("fails when responses from the middle on have no ETag", async () => {
    store.next(correct, correct, correct, correct, ...many(withoutEtag));
    await expect(download()).rejects.toMatchObject({ reason: "changed" });
    expect(await readdir(dir.path)).toEqual([]);
  });

  test("takes no part of another version", async () => {
    const other: Behaviour = ({ response, headers, start, end }) => {
      response.writeHead(206, { ...headers, etag: '"version-2"' }).end(newer.subarray(start, end));
    };
    store.next(correct, correct, other, correct, other);
    expect((await download()).equals(old)).toBe(true);
  });

  test("of a store without ETags is taken, and compared by the file's own", async () => {
    store.next(...many(withoutEtag));
    expect((await download()).equals(old)).toBe(true);
    store.next(...many(withoutEtag));
    const md5 = createHash("md5").update(newer).digest("hex");
    const wrong = client.transfers.download.toFile({ ...file, etag: md5 }, dir.join("w"), options);
    await expect(wrong).rejects.toMatchObject({ reason: "changed" });
    expect(await readdir(dir.path)).toEqual(["out"]);
  });
});

/** At once, before anything else can happen. */
function writeAt(path: string, bytes: Buffer): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
}

test("a download fails when only its first response has no ETag", async () => {
  store.next(withoutEtag);
  const failed = client.transfers.download.toFile(file, out(), options);
  await expect(failed).rejects.toMatchObject({ reason: "changed" });
  expect(await readdir(dir.path)).toEqual([]);
});

function many(behaviour: Behaviour): Behaviour[] {
  return Array.from({ length: 40 }, () => behaviour);
}

describe("a .partial that is swapped between two runs", () => {
  const swaps: Readonly<Record<string, (partial: string) => Promise<void>>> = {
    "for one of other bytes": async (partial) => await writeFile(partial, newer),
    "for a shorter one": async (partial) => await truncate(partial, PART + 5),
    "for a longer one": async (partial) => {
      await truncate(partial, SIZE);
      await appendFile(partial, "and more");
    },
    "for none": async (partial) => await rm(partial),
    "for a pipe": async (partial) => {
      await rm(partial);
      execFileSync("bash", ["-c", `mkfifo '${partial}'`]);
    },
    "for another name of a file": async (partial) => {
      await rm(partial);
      await writeFile(dir.join("precious"), newer);
      await link(dir.join("precious"), partial);
    },
    "for that of another file, journal and all": async (partial) => {
      const other = scratchNames(dir.join("other"), "12");
      const moved = { ...file, id: "12" };
      const controller = new AbortController();
      const onProgress = (): void => controller.abort(new Error("cut short"));
      const { signal } = controller;
      store = await storeOf(newer, "version-1");
      await client.transfers.download
        .toFile(moved, dir.join("other"), { ...options, signal, onProgress })
        .catch(() => {});
      store = stores[0] ?? store;
      await rename(other.partial, partial);
      await rename(other.journal, scratch().journal);
    },
  };

  test.each(Object.keys(swaps))("%s gives none of its bytes", async (how) => {
    await cutAfter(4);
    await swaps[how]?.(scratch().partial);
    await expectAll(old);
    const precious = await readFile(dir.join("precious")).catch(() => newer);
    expect(precious.equals(newer)).toBe(true);
  });

  test("for a link is refused, and the link is not followed", async () => {
    await cutAfter(4);
    await rm(scratch().partial);
    await writeFile(dir.join("precious"), newer);
    await symlink(dir.join("precious"), scratch().partial);
    await expect(expectAll(old)).rejects.toMatchObject({ reason: "usage" });
    expect((await readFile(dir.join("precious"))).equals(newer)).toBe(true);
    expect(await readdir(dir.path)).not.toContain("out");
  });

  test("while the last part comes is noticed before it gets the name", async () => {
    const { partial } = scratch();
    const swapped = client.transfers.download.toFile(file, out(), {
      ...options,
      onProgress: ({ doneBytes }) => {
        if (doneBytes === SIZE)
          execFileSync("bash", ["-c", `rm '${partial}'; echo > '${partial}'`]);
      },
    });
    await expect(swapped).rejects.toMatchObject({ reason: "busy" });
    expect(await readdir(dir.path)).not.toContain("out");
  });

  test("while the last part comes, in its bytes, is noticed by the file's MD5", async () => {
    const etag = createHash("md5").update(old).digest("hex");
    const { partial } = scratch();
    let swaps = 0;
    const onProgress = ({ doneBytes }: { readonly doneBytes: number }): void => {
      // A part that was written, and not digested yet.
      if (doneBytes !== PART || (swaps += 1) > 1) return;
      writeAt(partial, Buffer.from([(old[0] ?? 0) ^ 0xff]));
    };
    await client.transfers.download.toFile({ ...file, etag }, out(), { ...options, onProgress });
    expect((await readFile(out())).equals(old)).toBe(true);
    expect(store.received.length).toBeGreaterThan(9);
  });
});

describe("a .partial that another user planted, with a journal that fits it", () => {
  const etag = (): string => stores[0]?.etag ?? "";

  /** Other bytes, with a journal that claims that they are the requested ones. */
  async function plant(): Promise<readonly string[]> {
    const { partial, journal } = scratch();
    const evil = randomBytes(SIZE);
    await writeFile(partial, evil);
    const name = { fileId: file.id, sizeBytes: SIZE, etag: etag(), partBytes: PART };
    const parts = Array.from({ length: Math.ceil(SIZE / PART) }, (_, part) => {
      return { part, crc32: crc32(evil.subarray(part * PART, (part + 1) * PART)) };
    });
    await writeFile(journal, [name, ...parts].map((line) => JSON.stringify(line)).join("\n"));
    return [partial, journal];
  }

  test("and belongs to the user is continued", async () => {
    await plant();
    await client.transfers.download.toFile(file, out(), { ...options, checksum: false });
    expect((await readFile(out())).equals(old)).toBe(false);
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ["can be written by others", async (path) => await chmod(path, 0o666)],
    ["can be written by a group", async (path) => await chmod(path, 0o664)],
    ["has another name as well", async (path) => await link(path, `${path}.too`)],
  ])("and that %s gives none of its bytes", async (_how, change) => {
    for (const path of await plant()) await change(path);
    await client.transfers.download.toFile(file, out(), { ...options, checksum: false });
    expect((await readFile(out())).equals(old)).toBe(true);
  });

  test.runIf(process.geteuid?.() === 0)(
    "and belongs to another user, in a folder where only that user can remove it, gives none of its bytes",
    async () => {
      await chmod(dir.path, 0o1777);
      for (const path of await plant()) await chown(path, 65534, 65534);
      await client.transfers.download.toFile(file, out(), { ...options, checksum: false });
      expect((await readFile(out())).equals(old)).toBe(true);
      expect((await stat(out())).uid).toBe(process.geteuid?.());
      expect(await readdir(dir.path)).toHaveLength(3);
    },
  );
});
