import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";

let emulator: TestEmulator;
let connection: Connection;
let folder: TempDir;
let real: RealFiles;

beforeAll(async () => {
  const catalog = { projects: [{ name: "Results", id: "12" }] };
  emulator = await startTestEmulator(catalog, { minPartBytes: 1 });
  connection = connect(emulator);
  folder = await tempDir();
});

afterAll(async () => {
  await connection?.[Symbol.asyncDispose]();
  await emulator?.close();
  await folder?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 256 });
});

afterEach(async () => await real[Symbol.asyncDispose]());

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

const mkdir = async (name: string): Promise<void> =>
  await real.fs.change.mkdir(await real.parent(name), name, 0o755, neverAborted);

async function write(path: string, text: string): Promise<void> {
  const handle = await real.open(path, "rw", { creates: true });
  await real.fs.write(handle, 0, Buffer.from(text), neverAborted);
  await real.fs.flush(handle, async () => false, neverAborted);
  real.fs.release(handle);
}

describe("a new name with ／", () => {
  it("[N9] is refused for a file, a folder and a rename, and nothing is made or displaced", async () => {
    await mkdir("x");
    await write("x/y", "precious");
    expect(await failureOf(write("x／y", "imposter"))).toBe("invalid");
    expect(await failureOf(mkdir("q／r"))).toBe("invalid");
    await write("plain.tmp", "held");
    expect(await failureOf(real.rename("plain.tmp", "x／y"))).toBe("invalid");
    const shown = await real.fs.readdir(await real.parent("x"), neverAborted);
    expect(shown.map(({ name }) => name).toSorted()).toEqual([".", "..", "plain.tmp", "x"]);
    expect(real.local.unfinished().map(({ path }) => path)).toEqual(["plain.tmp"]);
    const remote = await real.remote();
    expect(remote.map(({ path, bytes }) => `${path}=${bytes.toString()}`)).toEqual([
      "x/y=precious",
    ]);
  });

  it("[N9] is that of a project with a / in BaseSpace", async () => {
    const { ino } = await real.fs.lookup(real.fs.root, "projects", neverAborted);
    await real.fs.change.mkdir(ino, "A／B", 0o755, neverAborted);
    const made = await real.fs.lookup(ino, "A／B", neverAborted);
    expect(made.type).toBe("directory");
    const projects = await connection.client.users.projects().all();
    expect(projects.map(({ name }) => name)).toContain("A/B");
  });
});

describe("a new project or app result with a space at an end", () => {
  it("[N9] is refused, and nothing is made", async () => {
    const { ino } = await real.fs.lookup(real.fs.root, "projects", neverAborted);
    for (const name of [" x", "x ", " ", "x␊"]) {
      const made = async (): Promise<void> =>
        await real.fs.change.mkdir(ino, name, 0o755, neverAborted);
      expect(await failureOf(made())).toBe("invalid");
    }
    const names = (await connection.client.users.projects().all()).map(({ name }) => name);
    expect(names).not.toContain("x");
    await mkdir(" x ");
    expect((await real.stat(" x ")).type).toBe("directory");
  });
});
