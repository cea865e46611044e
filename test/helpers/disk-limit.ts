import { execFileSync } from "node:child_process";

/**
 * From now on, and until the end of the block, this process can write no file beyond `sizeBytes`: the write that
 * crosses it is short, and the next one fails with EFBIG. It holds for every file, so nothing else may be written
 * meanwhile.
 */
export function diskLimit(sizeBytes: number): Disposable {
  setLimit(String(sizeBytes));
  return { [Symbol.dispose]: () => setLimit("unlimited") };
}

/** Runs `work` under a {@link diskLimit}. */
export async function withDiskLimit<T>(sizeBytes: number, work: () => Promise<T>): Promise<T> {
  using _limit = diskLimit(sizeBytes);
  return await work();
}

/** Sets the soft limit, which a process may raise again; Node ignores the signal that the kernel sends. */
function setLimit(value: string): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${value}:`]);
}
