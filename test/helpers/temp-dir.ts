import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder that is removed, with everything in it, at the end of the block. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  join(...parts: string[]): string;
}

export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), "bsmount-test-"));
  return {
    path,
    join: (...parts) => join(path, ...parts),
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}
