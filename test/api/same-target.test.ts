import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { readdir, readFile, symlink } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { scratchNames } from "../../src/api/transfers/download-plan.ts";
import type { FileId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const MIB = 1024 * 1024;
const FILE = "100" as FileId;
const bytes = randomBytes(3 * MIB + 17);

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  const files = [{ id: FILE, path: "big.bin", content: { base64: bytes.toString("base64") } }];
  emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ name: "done", files }] }],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(async () => {
  dir = await tempDir();
});

afterEach(async () => await dir[Symbol.asyncDispose]());

describe("a download", () => {
  test("is refused while another one of this process writes to the same place", async () => {
    await symlink(dir.path, dir.join("link"));
    const { download } = client.transfers;
    const first = download.toFile(FILE, dir.join("out"));
    for (const path of ["out", "./out", "link/out"]) {
      const second = download.toFile(FILE, `${dir.path}/${path}`);
      await expect(second).rejects.toMatchObject({ reason: "busy" });
      await expect(second).rejects.toThrow(/being downloaded by this process already/);
    }
    await first;
    expect((await readFile(dir.join("out"))).equals(bytes)).toBe(true);
    await download.toFile(FILE, dir.join("out"));
    expect((await readdir(dir.path)).toSorted()).toEqual(["link", "out"]);
  });

  test("takes nobody else's bytes for its own where no lock reaches", async () => {
    const { partial } = scratchNames(dir.join("out"), FILE);
    let isReplaced = false;
    const onProgress = (): void => {
      if (isReplaced) return;
      isReplaced = true;
      rmSync(partial);
      writeFileSync(partial, "theirs");
    };
    const options = { partBytes: MIB, onProgress };
    await expect(
      client.transfers.download.toFile(FILE, dir.join("out"), options),
    ).rejects.toMatchObject({ reason: "busy" });
    expect(await readdir(dir.path)).not.toContain("out");
    expect(await readFile(partial, "utf8")).toBe("theirs");
  });
});
