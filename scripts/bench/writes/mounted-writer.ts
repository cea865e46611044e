import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { WRITE_MODES, type WriteMode } from "../../../src/core/write-mode.ts";
import { mountBsmount } from "../contestants/bsmount.ts";
import { bsmount } from "../rig/emulator.ts";
import { run } from "../rig/processes.ts";
import { usageOf } from "../rig/usage.ts";
import type { Writer } from "./writer.ts";

/** `cp` into our mount with its default settings; staging is in the sample's own folder. */
export const mountedWriter: Writer = mountedWriterIn("through");

/** The same in each write mode; what is timed ends when BaseSpace has everything. */
export const mountedWriters: readonly Writer[] = WRITE_MODES.map(mountedWriterIn);

function mountedWriterIn(mode: WriteMode): Writer {
  const flags = ["--write-mode", mode];
  return {
    name: mode === "through" ? "bsmount" : `bsmount, ${mode}`,
    isRaw: false,
    prepare: async (destination, { workload, folder: from }, folder, signal) => {
      const mount = await mountBsmount(destination, folder, signal, { flags });
      const to = join(mount.path, destination.mountedPath);
      const [program, ...args] = workload.copy(from, to);
      try {
        // Listed once, so that only what writing costs is timed.
        await readdir(to);
      } catch (error) {
        await mount[Symbol.asyncDispose]();
        throw error;
      }
      const uploads = async (what: string): Promise<void> => {
        const env = { HOME: folder, XDG_STATE_HOME: `${folder}/state` };
        const command = ["uploads", what, to];
        await run(process.execPath, [bsmount, ...command], {
          signal,
          env: {
            ...env,
            BASESPACE_ACCESS_TOKEN: destination.accessToken,
            BASESPACE_API_SERVER: destination.apiServer,
          },
        });
      };
      return {
        write: async (signal) => {
          await run(program, args, { signal });
          if (mode === "commit") await uploads("commit");
          if (mode === "back") await uploads("wait");
        },
        usage: () => usageOf(mount.pid),
        [Symbol.asyncDispose]: () => mount[Symbol.asyncDispose](),
      };
    },
  };
}
