import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { mountBsmount } from "../contestants/bsmount.ts";
import { run } from "../rig/processes.ts";
import { usageOf } from "../rig/usage.ts";
import type { Writer } from "./writer.ts";

/** `cp` into our mount with its default settings; staging is in the sample's own folder. */
export const mountedWriter: Writer = {
  name: "bsmount",
  isRaw: false,
  prepare: async (destination, { workload, folder: from }, folder, signal) => {
    const mount = await mountBsmount(destination, folder, signal);
    const to = join(mount.path, destination.mountedPath);
    const [program, ...args] = workload.copy(from, to);
    try {
      // Listed once, so that only what writing costs is timed.
      await readdir(to);
    } catch (error) {
      await mount[Symbol.asyncDispose]();
      throw error;
    }
    return {
      write: async (signal) => {
        await run(program, args, { signal });
      },
      usage: () => usageOf(mount.pid),
      [Symbol.asyncDispose]: () => mount[Symbol.asyncDispose](),
    };
  },
};
