import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { scratchNames } from "../../src/api/transfers/download-plan.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { OPEN_RESULT, STORED_FILE, transferWorld } from "../helpers/transfer-world.ts";

const MIB = 1024 * 1024;
const bytes = randomBytes(3 * MIB + 17);

const world = transferWorld(bytes);

describe("a download", () => {
  test("is refused while another one of this process writes to the same file", async () => {
    await symlink(world.dir.path, world.dir.join("link"));
    const { download } = world.client.transfers;
    const first = download.toFile(STORED_FILE, world.dir.join("out"));
    for (const path of ["out", "./out", "link/out"]) {
      const second = download.toFile(STORED_FILE, `${world.dir.path}/${path}`);
      await expect(second).rejects.toMatchObject({ reason: "busy" });
      await expect(second).rejects.toThrow(/being downloaded by this process already/);
    }
    await first;
    expect((await readFile(world.dir.join("out"))).equals(bytes)).toBe(true);
    await download.toFile(STORED_FILE, world.dir.join("out"));
    expect((await readdir(world.dir.path)).toSorted()).toEqual(["link", "out"]);
  });

  test("does not mistake another process's bytes for its own where locks do not reach", async () => {
    const { partial } = scratchNames(world.dir.join("out"), STORED_FILE);
    let isReplaced = false;
    const onProgress = (): void => {
      if (isReplaced) return;
      isReplaced = true;
      rmSync(partial);
      writeFileSync(partial, "theirs");
    };
    const options = { partBytes: MIB, onProgress };
    await expect(
      world.client.transfers.download.toFile(STORED_FILE, world.dir.join("out"), options),
    ).rejects.toMatchObject({ reason: "busy" });
    expect(await readdir(world.dir.path)).not.toContain("out");
    expect(await readFile(partial, "utf8")).toBe("theirs");
  });

  test("to the name of a folder is refused before a byte is requested", async () => {
    await mkdir(world.dir.join("out"));
    world.emulator.clearRequests();
    await expect(
      world.client.transfers.download.toFile(STORED_FILE, world.dir.join("out")),
    ).rejects.toMatchObject({
      reason: "is-a-directory",
      message: `cannot write ${world.dir.join("out")}: it is a folder`,
    });
    expect(world.emulator.requests.filter(({ path }) => /content|objects/.test(path))).toEqual([]);
    expect(await readdir(world.dir.path)).toEqual(["out"]);
  });

  test("to a name that a folder takes meanwhile says so", async () => {
    const onProgress = (): void => mkdirSync(world.dir.join("out"));
    await expect(
      world.client.transfers.download.toFile(STORED_FILE, world.dir.join("out"), { onProgress }),
    ).rejects.toMatchObject({ reason: "is-a-directory" });
    expect(await readdir(world.dir.path)).toEqual(["out"]);
  });
});

describe("an upload", () => {
  const destination = { appResultId: OPEN_RESULT, path: "big" };
  const long = randomBytes(26_000_000);

  test("is refused while another one of this process has its journal", async () => {
    await writeFile(world.dir.join("f"), long);
    const options = { journal: world.dir.join("journal") };
    const first = world.client.transfers.upload(destination, world.dir.join("f"), options);
    const second = world.client.transfers.upload(destination, world.dir.join("f"), options);
    const ends = await Promise.allSettled([first, second]);
    const refused = ends.filter((end) => end.status === "rejected");
    expect(refused.map(({ reason }) => reason as unknown)).toMatchObject([
      { reason: "busy", message: "big is being uploaded by this process already" },
    ]);
    const { sizeBytes } = await world.client.transfers.upload(
      destination,
      world.dir.join("f"),
      options,
    );
    expect(sizeBytes).toBe(long.length);
  });

  test("goes not on with what another server has, nor with another file of its Id", async () => {
    await writeFile(world.dir.join("f"), long);
    const options = { journal: world.dir.join("journal") };
    await using other = await startTestEmulator({
      projects: [{ name: "p", appResults: [{ id: OPEN_RESULT, name: "open", status: "Running" }] }],
    });
    const { accessToken } = other;
    const retry = { attempts: 1 };
    const at = { apiServer: other.apiServer, accessToken, retry, environment: {} };
    await using elsewhere = new BaseSpace(at);
    other.addFaults("PUT /files/*/parts/3 status=503");
    await expect(
      elsewhere.transfers.upload(destination, world.dir.join("f"), options),
    ).rejects.toThrow("503");
    const left = await readFile(world.dir.join("journal"), "utf8");
    const [, id = ""] = /"fileId":"(\d+)"/.exec(left) ?? [];
    const theirs = { ...destination, path: "somebody/else" };
    const file = await world.client.transfers.upload(theirs, long);
    for (const journal of [
      left.replace(`"${id}"`, `"${file.id}"`),
      left.replace(`"${id}"`, `"${file.id}"`).replace(other.apiServer, world.emulator.apiServer),
    ]) {
      await writeFile(world.dir.join("journal"), journal);
      const uploaded = await world.client.transfers.upload(
        destination,
        world.dir.join("f"),
        options,
      );
      expect(uploaded.path).toBe("big");
      expect(uploaded.id).not.toBe(file.id);
    }
    expect((await world.client.files.get(file.id)).uploadStatus).toBe("complete");
  });
});
