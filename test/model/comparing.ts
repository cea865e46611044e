import { constants as os } from "node:os";
import { expect } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import { join, type PlainFiles, Refused } from "./plain-files.ts";
import type { RealFiles } from "./real-files.ts";

/* Whether the model and the filesystem say and look the same. */

/** What `work` was refused with, by both alike. */
export async function alike(model: () => unknown, real: () => unknown): Promise<boolean> {
  let expected = "none";
  try {
    model();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    expected = error.errno;
  }
  let found = "none";
  let why: unknown;
  try {
    await real();
  } catch (error) {
    why = error;
    found = nameOfErrno(errnoOf(error));
  }
  if (found !== expected) {
    throw new Error(`the model says ${expected}, the filesystem ${found}`, { cause: why });
  }
  return expected === "none";
}

function nameOfErrno(errno: number): string {
  const named = Object.entries(os.errno).find(([, number]) => number === errno);
  return named?.[0] ?? String(errno);
}

/** Every name, type and size; the content of what is in BaseSpace. */
export async function compare(model: PlainFiles, real: RealFiles): Promise<void> {
  await compareFolder(model, real, "");
  await compareRemote(model, real);
}

async function compareFolder(model: PlainFiles, real: RealFiles, folder: string): Promise<void> {
  const { ino } = await real.stat(folder);
  const listed = (await real.fs.readdir(ino, neverAborted)).slice(2);
  const expected = model.names(folder);
  expect(listed.map(({ name }) => name).sort(), `in "${folder}"`).toEqual([...expected].sort());
  for (const { name, type } of listed) {
    const at = join(folder, name);
    if (model.isFolder(at)) {
      expect(type, at).toBe("directory");
      await compareFolder(model, real, at);
    } else {
      const file = await real.stat(at);
      expect([type, file.sizeBytes], at).toEqual(["file", model.top(at)?.bytes.length]);
    }
  }
}

/** The same content may be one version where the model has two: after a response that was lost both are right. */
async function compareRemote(model: PlainFiles, real: RealFiles): Promise<void> {
  const remote = await real.remote();
  const paths = new Set([...remote, ...model.complete].map((version) => version.path));
  for (const at of paths) {
    const of = ({ path }: { readonly path: string }): boolean => path === at;
    const found = remote.filter(of).map(({ bytes }) => bytes.toString("latin1"));
    const expected = model.complete.filter(of).map(({ bytes }) => bytes.toString("latin1"));
    expect(withoutRepeats(found), `versions of ${at} in BaseSpace`).toEqual(
      withoutRepeats(expected),
    );
    expect(found.length, `versions of ${at} in BaseSpace`).toBeLessThanOrEqual(expected.length);
  }
}

function withoutRepeats(texts: readonly string[]): string[] {
  return texts.filter((text, at) => text !== texts[at - 1]);
}

/** The content under every name. */
export async function compareContents(model: PlainFiles, real: RealFiles): Promise<void> {
  for (const at of model.files.keys()) {
    const content = await real.readFile(at);
    expect(content.equals(model.top(at)?.bytes ?? Buffer.alloc(0)), `content of ${at}`).toBe(true);
  }
}
