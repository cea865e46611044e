import { mkdir, readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteVersions } from "../helpers/remote-versions.ts";
import { compareContents, compareNames } from "./comparing.ts";
import { closeHandle, FOLDERS, programCommands, type Tested } from "./file-commands.ts";
import { MountedFiles } from "./mounted-files.ts";
import { PlainFiles, type Version } from "./plain-files.ts";

/*
 * The commands of the model test by system calls on a mount. BaseSpace is compared when the mount has ended, and the
 * names once more on another mount.
 */

export interface KernelModelOptions {
  /** How many sequences of commands are run in each mode. */
  readonly runs: number;
  readonly seed: number;
}

/** What was done in one app result. */
interface Done {
  readonly result: string;
  readonly model: PlainFiles;
}

const RESULTS = "projects/Phage lambda/appresults";
const MODES = ["through", "commit"] as const;
const LONGEST = 40;
/** The kernel tells of the last close some milliseconds after it, and caches names for a second. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 10;

export async function kernelModel({ runs, seed }: KernelModelOptions): Promise<void> {
  console.log(`model through the kernel: MODEL_SEED=${seed} MODEL_RUNS=${runs}`);
  await using product = await startProduct({ mountArgs: null });
  const all: Done[] = [];
  for (const mode of MODES) {
    await bsmount(product, "mount", product.mountPoint, "--write-mode", mode);
    const done: Done[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.commands([fc.oneof(...programCommands)], { maxCommands: LONGEST, size: "max" }),
        async (commands) => {
          const result = `${mode} ${done.length + 1}`;
          const folder = `${product.mountPoint}/${RESULTS}/${result}`;
          await mkdir(folder);
          const both = started(`${folder}/files`);
          done.push({ result, model: both.model });
          await fc.asyncModelRun(() => both, commands);
          for (const handle of both.model.handles.slice()) {
            await closeHandle(both.model, both.real, handle);
          }
          await both.real.compare(both.model);
          await compareContents(both.model, both.real.real);
        },
      ),
      { numRuns: runs, seed },
    );
    await bsmount(product, "unmount", "--upload-temporary", product.mountPoint);
    for (const each of done) await compareWithBaseSpace(product, each, mode === "commit");
    all.push(...done);
  }
  await bsmount(product, "mount", product.mountPoint);
  for (const { result, model } of all) {
    const folder = `${product.mountPoint}/${RESULTS}/${result}/files`;
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const shown = entries.filter((entry) => entry.isFile());
    const paths = shown.map(({ parentPath, name }) =>
      `${parentPath}/${name}`.slice(folder.length + 1),
    );
    expect(paths.toSorted(), `${result} on another mount`).toEqual(
      [...model.files.keys()].toSorted(),
    );
  }
}

async function bsmount(product: Product, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await product.bsmount(args);
  expect({ args, code, stderr }).toEqual({
    args,
    code: 0,
    stderr: expect.not.stringContaining("error"),
  });
}

function started(folder: string): { readonly model: PlainFiles; readonly real: Tested } {
  const model = new PlainFiles({
    maxFileBytes: Infinity,
    firstPartBytes: 8 * 1024 * 1024,
    keepsStaged: true,
  });
  const real = new MountedFiles(folder);
  const tested: Tested = {
    real,
    handles: new Map(),
    hidden: 0,
    begin: () => {},
    settle: async () => {},
    compare: async () => await eventually(async () => await compareAll(model, real)),
  };
  return { model, real: tested };
}

/** Names as `readdir` lists them, and folders as `stat` finds them. */
async function compareAll(model: PlainFiles, real: MountedFiles): Promise<void> {
  await compareNames(model, real);
  for (const at of new Set(FOLDERS)) {
    expect(await real.isFolder(at), `whether ${at} is a folder`).toBe(model.isFolder(at));
  }
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** `isExact`: BaseSpace has what the mount has shown, and nothing else; otherwise also what was there before. */
async function compareWithBaseSpace(
  product: Product,
  { result, model }: Done,
  isExact: boolean,
): Promise<void> {
  const remote = await remoteVersions(product.emulator, result);
  const newest = new Map(remote.map(({ path, bytes }) => [path, bytes.toString("latin1")]));
  const files = [...model.files].map(([path, { bytes }]) => ({ path, bytes }));
  for (const { path, bytes } of files) {
    expect(newest.get(path), `${path} of ${result} in BaseSpace`).toBe(bytes.toString("latin1"));
  }
  if (isExact) {
    const paths = remote.map(({ path }) => path).toSorted();
    expect(paths, `${result} in BaseSpace`).toEqual(files.map(({ path }) => path).toSorted());
    return;
  }
  const known = new Set([...model.complete, ...files].map(keyOf));
  const unknown = remote
    .filter(({ bytes }) => bytes.length > 0)
    .filter((version) => !known.has(keyOf(version)));
  expect(unknown.map(keyOf), `what nobody has closed of ${result}`).toEqual([]);
}

function keyOf({ path, bytes }: Version): string {
  return `${path}: ${bytes.toString("latin1")}`;
}
