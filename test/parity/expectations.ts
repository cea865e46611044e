import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import { expect } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import type { FileSystem } from "../../src/fs/file-system.ts";
import { openSession } from "../../src/session/session.ts";
import { PROJECT, SAMPLE, type World } from "./world.ts";

/** What the session of the world was started with. */
export const INPUT_SAMPLE: { readonly type: string; readonly href: string } = {
  type: "Sample",
  href: `v1pre3/samples/${SAMPLE}`,
};

export async function refused(w: World): Promise<void> {
  const wrong = { sortBy: "Size" } as never;
  w.emulator.clearRequests();
  expect(() => w.basespace.projects.samples(PROJECT, wrong)).toThrow(
    expect.objectContaining({ reason: "usage" }),
  );
  expect(w.emulator.requests).toEqual([]);
}

export async function errors(w: World): Promise<void> {
  await expect(w.basespace.files.get("999")).rejects.toMatchObject({
    reason: "access-denied",
    status: 403,
    errorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
    requestId: expect.stringMatching(/^(\d+\.){6}[\w-]{22}$/) as string,
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
    const textOf = async (hiddenName: string): Promise<string> => {
      let ino = fileSystem.root;
      for (const name of ["projects", "Demo", hiddenName]) {
        ino = (await fileSystem.lookup(ino, name, signal)).ino;
      }
      const handle = await fileSystem.open(ino, 0, signal);
      const bytes = Buffer.alloc(64 * 1024);
      const length = await fileSystem.read(handle, 0, bytes, signal);
      fileSystem.release(handle);
      return bytes.subarray(0, length).toString();
    };
    expect(await textOf(".id")).toBe(`${PROJECT}\n`);
    expect(await textOf(".type")).toBe("projects\n");
    const { raw } = await w.basespace.projects.get(PROJECT);
    expect(JSON.parse(await textOf(".json"))).toEqual(raw);
  });
}

export async function missing(w: World): Promise<void> {
  await withFileSystem(w, async (fileSystem, signal) => {
    const look = async (): Promise<unknown> =>
      await fileSystem.lookup(fileSystem.root, "nothing", signal);
    expect(await look().catch(errnoOf)).toBe(constants.errno.ENOENT);
  });
}
