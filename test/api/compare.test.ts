import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { FileEntry } from "../../src/api/models/models.ts";
import { compareWithEtag } from "../../src/api/transfers/compare-with-etag.ts";
import { plansOf } from "../../src/upload/part-sizes.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { BASESPACE_PARTS } from "../../src/upload/part-plan.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const MIB = 1024 * 1024;
const OPEN = "31" as AppResultId;
const bytes = randomBytes(26_000_000);
const others = Buffer.from(bytes);
others[13_000_000] = (others[13_000_000] ?? 0) ^ 1;

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  dir = await tempDir();
  emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ id: OPEN, name: "open", status: "Running" }] }],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
  await writeFile(dir.join("same"), bytes);
  await writeFile(dir.join("other"), others);
});

afterAll(async () => {
  await client?.close();
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

describe("a local file and one in BaseSpace", () => {
  const uploads: Readonly<Record<string, () => Promise<FileEntry>>> = {
    "in parts of the usual size": async () =>
      await client.transfers.upload({ appResultId: OPEN, path: "usual" }, bytes),
    "in parts of another size": async () =>
      await client.transfers.upload({ appResultId: OPEN, path: "asked" }, bytes, {
        partBytes: 5 * MIB,
      }),
    "as a stream": async () =>
      await client.transfers.upload({ appResultId: OPEN, path: "stream" }, Readable.from([bytes])),
  };

  test.each(Object.keys(uploads))("that was uploaded %s are found equal, or not", async (how) => {
    const file = await uploads[how]?.();
    if (file === undefined) throw new Error(how);
    expect(file.etag).toMatch(/-\d$/);
    expect(await client.transfers.compare(dir.join("same"), file)).toBe("md5s");
    expect(await client.transfers.compare(dir.join("other"), file)).toBe("unknown");
  });

  test("that was uploaded in one piece are found equal, or not, also from a list without ETags", async () => {
    const piece = bytes.subarray(0, 1000);
    const file = await client.transfers.upload({ appResultId: OPEN, path: "whole" }, piece);
    await writeFile(dir.join("short"), piece);
    await writeFile(dir.join("changed"), others.subarray(13_000_000, 13_001_000));
    for (const { etag, ...rest } of [file, { ...file, etag: undefined }]) {
      const known = etag === undefined ? rest : { ...rest, etag };
      expect(await client.transfers.compare(dir.join("short"), known)).toBe("md5");
      expect(await client.transfers.compare(dir.join("changed"), known)).toBe("other");
    }
    expect(await client.transfers.compare(dir.join("same"), file)).toBe("other");
  });

  test("without a byte are equal", async () => {
    await writeFile(dir.join("empty"), "");
    const file = await client.transfers.upload(
      { appResultId: OPEN, path: "empty" },
      Buffer.alloc(0),
    );
    expect(await client.transfers.compare(dir.join("empty"), file)).toBe("md5");
  });

  test("in parts of an unknown size are not reported as equal", async () => {
    const joined = [bytes.subarray(0, 7_777_777), bytes.subarray(7_777_777)].map((part) =>
      createHash("md5").update(part).digest(),
    );
    const etag = `${createHash("md5").update(Buffer.concat(joined)).digest("hex")}-2`;
    expect(await compareWithEtag(dir.join("same"), etag)).toBe("unknown");
    for (const none of [undefined, "", "x", "0".repeat(31), `${"0".repeat(32)}-0`]) {
      expect(await compareWithEtag(dir.join("same"), none)).toBe("unknown");
    }
  });
});

test("a file of any size has a plan like the mount's among those that are tried, and none twice", () => {
  for (const sizeBytes of [9 * MIB, 512 * MIB, 513 * MIB, 5_000 * MIB, 200_000 * MIB]) {
    const count = BASESPACE_PARTS.count(sizeBytes);
    const starts = plansOf(sizeBytes, count).map((plan) =>
      [2, count].map((number) => plan.range(number, sizeBytes).start).join(" "),
    );
    const wanted = [2, count].map((number) => BASESPACE_PARTS.range(number, sizeBytes).start);
    expect(starts).toContain(wanted.join(" "));
    expect(new Set(starts).size).toBe(starts.length);
  }
});
