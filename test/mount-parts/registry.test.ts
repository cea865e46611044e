import { readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { reasonOf } from "../../src/core/errors.ts";
import { lockMount } from "../../src/mount/mount-lock.ts";
import type { MountStatus } from "../../src/mount/mount-status.ts";
import { thisMachine } from "../../src/linux/machine.ts";
import { isRunning, thisProcess } from "../../src/linux/process-identity.ts";
import { enterRegistry, isOwnEntry, readRegistry, socketPathOf } from "../../src/mount/registry.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

const STATUS = { mountPoint: "/mnt/x", pid: process.pid, profile: "default" } as MountStatus;

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir();
});
afterEach(async () => await folder[Symbol.asyncDispose]());

function writeRecord(record: unknown): void {
  writeFileSync(socketPathOf(folder.path, STATUS), "");
  const path = socketPathOf(folder.path, STATUS).replace(/sock$/, "json");
  writeFileSync(path, JSON.stringify(record));
}

it("knows a mount from its entry until it is taken out", async () => {
  const entry = await enterRegistry(folder.path, STATUS);
  const [known] = await readRegistry(folder.path);
  expect(known?.record).toEqual({ ...thisProcess(), machine: thisMachine(), status: STATUS });
  expect(known !== undefined && isOwnEntry(known)).toBe(true);
  expect(known?.socketPath).toBe(socketPathOf(folder.path, STATUS));
  await entry[Symbol.asyncDispose]();
  expect(await readRegistry(folder.path)).toEqual([]);
});

it("leaves the entry of a process in another container alone, and does not take it for its own", async () => {
  const machine = { ...thisMachine(), processes: "pid:[1]" };
  writeRecord({ ...thisProcess(), machine, status: STATUS });
  const [known] = await readRegistry(folder.path);
  expect(known?.record.status).toEqual(STATUS);
  expect(known !== undefined && isOwnEntry(known)).toBe(false);
  expect(readdirSync(folder.path)).toHaveLength(2);
  writeRecord({ ...thisProcess(), machine: { ...thisMachine(), boot: "1" }, status: STATUS });
  expect(await readRegistry(folder.path)).toEqual([]);
});

it("removes the entry of a process that ended, though its number is in use again", async () => {
  const reused = { pid: process.pid, startTicks: "1", status: STATUS };
  expect(isRunning(reused)).toBe(false);
  writeRecord(reused);
  expect(await readRegistry(folder.path)).toEqual([]);
  expect(readdirSync(folder.path)).toEqual([]);
});

it("leaves a stale entry alone while a process mounts there", async () => {
  writeRecord({ pid: process.pid, startTicks: "1", status: STATUS });
  const lock = await lockMount(folder.path, STATUS.mountPoint);
  expect(await readRegistry(folder.path)).toEqual([]);
  const entries = readdirSync(folder.path).filter((name) => /(?:json|sock)$/.test(name));
  expect(entries).toHaveLength(2);
  await lock[Symbol.asyncDispose]();
});

it("does not stumble over files that are no entries", async () => {
  writeFileSync(folder.join("half.json"), '{"pid":');
  writeFileSync(folder.join("other.json"), '{"pid":"1"}');
  expect(await readRegistry(folder.path)).toEqual([]);
  expect(await readRegistry(folder.join("missing"))).toEqual([]);
});

it("gives the lock of a mount point to one at a time", async () => {
  const lock = await lockMount(folder.path, "/mnt/x");
  const second = await lockMount(folder.path, "/mnt/x").catch((error: unknown) => error);
  expect(reasonOf(second)).toBe("busy");
  await (await lockMount(folder.path, "/mnt/y"))[Symbol.asyncDispose]();
  await lock[Symbol.asyncDispose]();
  await (await lockMount(folder.path, "/mnt/x"))[Symbol.asyncDispose]();
});
