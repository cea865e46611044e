import { constants as os } from "node:os";
import { expect } from "vitest";
import { errnoOf } from "../../src/fs/errno.ts";
import { join, type PlainFiles, Refused, type Version } from "./plain-files.ts";
import type { FilesUnderTest } from "./files-under-test.ts";

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
    found = codeOf(error) ?? nameOfErrno(errnoOf(error));
  }
  if (found !== expected) {
    throw new Error(`the model says ${expected}, the filesystem ${found}`, { cause: why });
  }
  return expected === "none";
}

/** Of an error of Node's own file calls. */
function codeOf(error: unknown): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}

function nameOfErrno(errno: number): string {
  const named = Object.entries(os.errno).find(([, number]) => number === errno);
  return named?.[0] ?? String(errno);
}

/** Every name, type and size, but for the names that libfuse makes up: of those, how many there are. */
export async function compareNames(
  model: PlainFiles,
  real: FilesUnderTest,
  folder = "",
): Promise<void> {
  const shown = (name: string): string => (real.hidesOpenFiles ? withoutNumber(name) : name);
  const listed = await real.list(folder);
  const expected = [...model.names(folder)].map(shown).toSorted();
  expect(listed.map(({ name }) => shown(name)).toSorted(), `in "${folder}"`).toEqual(expected);
  for (const { name, type, sizeBytes } of listed) {
    const at = join(folder, name);
    if (shown(name) !== name) continue;
    if (model.isFolder(at)) {
      expect(type, at).toBe("directory");
      await compareNames(model, real, at);
    } else {
      expect([type, sizeBytes], at).toEqual(["file", model.top(at)?.bytes.length]);
    }
  }
}

function withoutNumber(name: string): string {
  return name.replace(/^\.fuse_hidden.*/, ".fuse_hidden*");
}

/** The same content may be one version where the model has two: after a response that was lost both are right. */
export function compareRemote(model: PlainFiles, remote: readonly Version[]): void {
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
export async function compareContents(model: PlainFiles, real: FilesUnderTest): Promise<void> {
  for (const at of model.files.keys()) {
    const content = await real.readFile(at);
    expect(content.equals(model.top(at)?.bytes ?? Buffer.alloc(0)), `content of ${at}`).toBe(true);
  }
}
