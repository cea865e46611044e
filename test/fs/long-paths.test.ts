import { afterAll, beforeAll, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { MAX_FILE_PATH_BYTES } from "../../src/tree/file-path.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";

let emulator: TestEmulator;
let connection: Connection;
let folder: TempDir;
let real: RealFiles;

beforeAll(async () => {
  emulator = await startTestEmulator({ projects: [{ name: "Results", id: "12" }] });
  connection = connect(emulator);
  folder = await tempDir();
  real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 0 });
});

afterAll(async () => {
  await real[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await connection[Symbol.asyncDispose]();
  await emulator.close();
});

async function mkdir(path: string): Promise<void> {
  const cut = path.lastIndexOf("/");
  const parent = await real.parent(path);
  await real.fs.change.mkdir(parent, path.slice(cut + 1), 0o755, neverAborted);
}

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

test("[N10] nothing new has a path that is too long to show at its place", async () => {
  const name = "n".repeat(255);
  let path = name;
  await mkdir(path);
  while (path.length + 2 * name.length <= MAX_FILE_PATH_BYTES) {
    path += `/${name}`;
    await mkdir(path);
  }
  path += `/${"m".repeat(MAX_FILE_PATH_BYTES - path.length - 50)}`;
  await mkdir(path);
  const left = MAX_FILE_PATH_BYTES - path.length - 1;
  const [fits, over] = ["f".repeat(left), "g".repeat(left + 1)];
  const file = await real.open(`${path}/${fits}`, "rw", { creates: true });
  await real.fs.write(file, 0, Buffer.from("x"), neverAborted);
  await real.fs.flush(file, async () => "closed", neverAborted);
  real.fs.release(file);
  expect((await real.remote()).map((one) => one.path)).toEqual([`${path}/${fits}`]);
  expect((await real.readFile(`${path}/${fits}`)).toString()).toBe("x");
  const too = `${path}/${over}`;
  expect(await failureOf(real.open(too, "rw", { creates: true }))).toBe("name-too-long");
  expect(await failureOf(mkdir(too))).toBe("name-too-long");
  const short = await real.open("short", "rw", { creates: true });
  await real.fs.write(short, 0, Buffer.from("y"), neverAborted);
  expect(await failureOf(real.rename("short", too))).toBe("name-too-long");
  await mkdir("other");
  const inside = await real.open(`other/${"z".repeat(left)}`, "rw", { creates: true });
  expect(await failureOf(real.rename("other", `${path}/o`))).toBe("name-too-long");
  expect((await real.stat(`other/${"z".repeat(left)}`)).type).toBe("file");
  for (const handle of [short, inside]) real.fs.release(handle);
});
