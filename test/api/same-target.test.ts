import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { scratchNames } from "../../src/api/transfers/download-plan.ts";
import type { AppResultId, FileId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const MIB = 1024 * 1024;
const FILE = "100" as FileId;
const OPEN = { id: "31" as AppResultId, name: "open", status: "Running" } as const;
const bytes = randomBytes(3 * MIB + 17);

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  const files = [{ id: FILE, path: "big.bin", content: { base64: bytes.toString("base64") } }];
  emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ name: "done", files }, OPEN] }],
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

  test("to a name that a folder has is refused before a byte is asked for", async () => {
    await mkdir(dir.join("out"));
    emulator.clearRequests();
    await expect(client.transfers.download.toFile(FILE, dir.join("out"))).rejects.toMatchObject({
      reason: "is-a-directory",
      message: `cannot write ${dir.join("out")}: it is a folder`,
    });
    expect(emulator.requests.filter(({ path }) => /content|objects/.test(path))).toEqual([]);
    expect(await readdir(dir.path)).toEqual(["out"]);
  });

  test("to a name that a folder takes meanwhile says so", async () => {
    const onProgress = (): void => mkdirSync(dir.join("out"));
    await expect(
      client.transfers.download.toFile(FILE, dir.join("out"), { onProgress }),
    ).rejects.toMatchObject({ reason: "is-a-directory" });
    expect(await readdir(dir.path)).toEqual(["out"]);
  });
});

describe("an upload", () => {
  const place = { appResultId: OPEN.id, path: "big" };
  const long = randomBytes(26_000_000);

  test("is refused while another one of this process has its journal", async () => {
    await writeFile(dir.join("f"), long);
    const options = { journal: dir.join("journal") };
    const first = client.transfers.upload(place, dir.join("f"), options);
    const second = client.transfers.upload(place, dir.join("f"), options);
    const ends = await Promise.allSettled([first, second]);
    const refused = ends.filter((end) => end.status === "rejected");
    expect(refused.map(({ reason }) => reason as unknown)).toMatchObject([
      { reason: "busy", message: "big is being uploaded by this process already" },
    ]);
    const { sizeBytes } = await client.transfers.upload(place, dir.join("f"), options);
    expect(sizeBytes).toBe(long.length);
  });

  test("goes not on with what another server has, nor with another file of its Id", async () => {
    await writeFile(dir.join("f"), long);
    const options = { journal: dir.join("journal") };
    await using other = await startTestEmulator({
      projects: [{ name: "p", appResults: [OPEN] }],
    });
    const { accessToken } = other;
    const retry = { attempts: 1 };
    const at = { apiServer: other.apiServer, accessToken, retry, environment: {} };
    await using elsewhere = new BaseSpace(at);
    other.addFaults("PUT /files/*/parts/3 status=503");
    await expect(elsewhere.transfers.upload(place, dir.join("f"), options)).rejects.toThrow("503");
    const left = await readFile(dir.join("journal"), "utf8");
    const [, id = ""] = /"fileId":"(\d+)"/.exec(left) ?? [];
    const theirs = { ...place, path: "somebody/else" };
    const file = await client.transfers.upload(theirs, long);
    for (const journal of [
      left.replace(`"${id}"`, `"${file.id}"`),
      left.replace(`"${id}"`, `"${file.id}"`).replace(other.apiServer, emulator.apiServer),
    ]) {
      await writeFile(dir.join("journal"), journal);
      const uploaded = await client.transfers.upload(place, dir.join("f"), options);
      expect(uploaded.path).toBe("big");
      expect(uploaded.id).not.toBe(file.id);
    }
    expect((await client.files.get(file.id)).uploadStatus).toBe("complete");
  });
});
