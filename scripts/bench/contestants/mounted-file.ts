import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { MountedServer } from "../rig/mount-point.ts";
import { run } from "../rig/processes.ts";
import { usageOf } from "../rig/usage.ts";
import type { ColdReader, Target } from "./contestant.ts";

/** A mounted file as `dd` reads it. Its size is looked up first, so that only bytes are timed. */
export async function readerOfMountedFile(
  mount: MountedServer,
  path: string,
  target: Target,
): Promise<ColdReader> {
  const file = join(mount.path, path);
  try {
    const { size } = await stat(file);
    if (size !== target.sizeBytes)
      throw new Error(`${file}: ${size} bytes, not ${target.sizeBytes}`);
  } catch (error) {
    await mount[Symbol.asyncDispose]();
    throw error;
  }
  return {
    read: async (signal) => {
      await run("dd", [`if=${file}`, "of=/dev/null", "bs=1M", "status=none"], { signal });
    },
    verify: async (signal) => {
      await run("cmp", [file, target.original], { signal });
    },
    usage: () => usageOf(mount.pid),
    [Symbol.asyncDispose]: () => mount[Symbol.asyncDispose](),
  };
}
