import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { BsmountError } from "../../src/core/errors.ts";
import { findMount } from "../../src/mount/find-mount.ts";
import { listMounts, refreshAt, setStatusAt, unmountAt } from "../../src/mount/mount.ts";
import { type MountedChild, MountPlace } from "../helpers/mount-for-test.ts";

/*
 * Every call on a mount whose process is stopped waits for ever. Requests to it have to end all the same, and commands
 * that do not concern it must not touch it.
 */

/** Above the ten seconds that a process has to say something, on a machine that is busy. */
const BOUND_MS = 40_000;

async function stopped(place: MountPlace): Promise<MountedChild> {
  const child = await place.mount();
  child.process.kill("SIGSTOP");
  return child;
}

async function failureOf(work: Promise<unknown>): Promise<BsmountError> {
  return await work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: BsmountError) => error,
  );
}

describe("a mount whose process is stopped", () => {
  it(
    "is not waited for: unmount, refresh and complete say which process it is and what to do",
    { timeout: BOUND_MS },
    async () => {
      await using place = await MountPlace.create();
      const child = await stopped(place);
      const { mountPoint, runtimeFolder } = place;
      const inside = join(mountPoint, "folder", "inner");
      const failures = await Promise.all([
        failureOf(unmountAt(mountPoint, { runtimeFolder, lazy: false, wait: true }, neverAborted)),
        failureOf(refreshAt(mountPoint, { runtimeFolder }, neverAborted)),
        failureOf(setStatusAt(inside, { runtimeFolder, status: "Complete" }, neverAborted)),
      ]);
      for (const { reason, message, remedy } of failures) {
        expect(reason).toBe("timeout");
        expect(message).toContain(`process ${child.pid} is stopped`);
        expect(remedy).toBe(
          `kill -CONT ${child.pid}, or detach the mount: bsmount unmount --lazy ${mountPoint}`,
        );
      }
      // It does not do later what was given up.
      child.process.kill("SIGCONT");
      await refreshAt(join(mountPoint, "x"), { runtimeFolder }, neverAborted);
      expect(existsSync(join(mountPoint, "refreshed-1"))).toBe(true);
      expect(existsSync(join(mountPoint, "refreshed-2"))).toBe(false);
      expect(place.isMounted).toBe(true);
    },
  );

  it("is listed, by whatever path it is named", { timeout: BOUND_MS }, async () => {
    await using place = await MountPlace.create();
    const child = await stopped(place);
    const { mountPoint, runtimeFolder } = place;
    symlinkSync(place.folder, join(place.folder, "round"));
    symlinkSync("round/mount point", join(place.folder, "link"));
    for (const path of [`${mountPoint}/`, join(place.folder, "link"), `${place.folder}/link/`]) {
      const found = await findMount(path, runtimeFolder);
      expect(found).toMatchObject({ path: mountPoint, mountPoint, inside: "" });
      expect(found.entry?.record.pid).toBe(child.pid);
    }
    expect(await findMount(join(place.folder, "link/folder/none"), runtimeFolder)).toMatchObject({
      mountPoint,
      inside: "/folder/none",
    });
    const [status] = await listMounts(runtimeFolder, neverAborted);
    const silence = `process ${child.pid} is stopped`;
    expect(status).toMatchObject({ mountPoint, pid: child.pid, silence });
  });

  it("is detached by --lazy, and ends when it is continued", { timeout: BOUND_MS }, async () => {
    await using place = await MountPlace.create();
    const child = await stopped(place);
    const { mountPoint, runtimeFolder } = place;
    const notices: string[] = [];
    const onNotice = (text: string): void => void notices.push(text);
    await unmountAt(mountPoint, { runtimeFolder, lazy: true, wait: true, onNotice }, neverAborted);
    expect(place.isMounted).toBe(false);
    expect(notices.join()).toContain(`process ${child.pid} is stopped`);
    child.process.kill("SIGCONT");
    expect(await child.exited).toBe(0);
  });
});

describe("a path that is no mount point is refused with a remedy", () => {
  const refusal = async (place: MountPlace, path: string): Promise<string> => {
    const { runtimeFolder } = place;
    const options = { runtimeFolder, lazy: false, wait: true };
    const { reason, message, remedy } = await failureOf(unmountAt(path, options, neverAborted));
    expect(reason).toBe("usage");
    return `${message}; ${remedy}`;
  };

  it("a path that does not exist, a folder, a file, a path inside a mount, links in a circle", async () => {
    await using place = await MountPlace.create();
    await place.mount();
    const { folder, mountPoint } = place;
    mkdirSync(join(folder, "plain"));
    writeFileSync(join(folder, "file"), "");
    symlinkSync("circle", join(folder, "circle"));
    const list = "bsmount status lists the live mounts";
    expect(await refusal(place, "/nope/nothing")).toBe(`/nope/nothing does not exist; ${list}`);
    for (const name of ["plain", "file"]) {
      const path = join(folder, name);
      expect(await refusal(place, path)).toBe(`bsmount has nothing mounted on ${path}; ${list}`);
    }
    const inside = join(mountPoint, "folder");
    expect(await refusal(place, inside)).toBe(
      `${inside} is inside the mount on ${mountPoint}; give the mount point itself: ${mountPoint}`,
    );
    expect(await refusal(place, join(folder, "circle"))).toContain("too many symbolic links");
    expect(place.isMounted).toBe(true);
  });
});
