import { mkdir } from "node:fs/promises";
import { expect } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { FileSystem } from "../../src/fs/file-system.ts";
import type { FileId } from "../../src/index.ts";
import { openSession } from "../../src/session/session.ts";
import { PROJECT, type World } from "./world.ts";

export async function refused(w: World): Promise<void> {
  const wrong = { sortBy: "Size" } as never;
  w.emulator.clearRequests();
  expect(() => w.basespace.projects.samples(PROJECT, wrong)).toThrow(
    expect.objectContaining({ reason: "usage" }),
  );
  expect(w.emulator.requests).toEqual([]);
}

export async function errors(w: World): Promise<void> {
  await expect(w.basespace.files.get("999" as FileId)).rejects.toMatchObject({
    reason: "access-denied",
    status: 403,
    errorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
  });
}

async function withFileSystem(
  w: World,
  use: (fileSystem: FileSystem, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { apiServer, accessToken } = w.emulator;
  const variables = { BASESPACE_ACCESS_TOKEN: accessToken };
  await mkdir(w.dir.join("state"), { recursive: true });
  const given = { apiServer, stateDir: w.dir.join("state"), cacheDir: w.dir.join("cache") };
  const config = await resolveConfig(given, { home: w.dir.path, uid: 0, gid: 0, variables });
  const { signal } = new AbortController();
  await using session = await openSession(config, { logger: silentLogger }, signal);
  await use(session.fileSystem, signal);
}

/** What a mount shows, without one: `session` is what `bsmount cat` uses. */
export async function hidden(w: World): Promise<void> {
  await withFileSystem(w, async (fileSystem, signal) => {
    let ino = fileSystem.root;
    for (const name of ["projects", "Demo", ".id"]) {
      ino = (await fileSystem.lookup(ino, name, signal)).ino;
    }
    const handle = await fileSystem.open(ino, 0, signal);
    const bytes = Buffer.alloc(64);
    const length = await fileSystem.read(handle, 0, bytes, signal);
    fileSystem.release(handle);
    expect(bytes.subarray(0, length).toString().trim()).toBe(PROJECT);
  });
}

export async function missing(w: World): Promise<void> {
  await withFileSystem(w, async (fileSystem, signal) => {
    const look = async (): Promise<unknown> =>
      await fileSystem.lookup(fileSystem.root, "nothing", signal);
    await expect(look()).rejects.toMatchObject({ reason: "not-found" });
  });
}
