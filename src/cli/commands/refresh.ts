/*
 * Begin here: `commands/` has one file for each command of bsmount, which names its arguments and options, does its
 * work and reports its exit code. This one is the shortest, and the others have the same form; `status-change.ts`
 * makes several commands. `../program.ts` adds them to the program. What several share is in the folder above, longer
 * work in `../copy/`, `../demo/` and `../sign-in/`.
 */

import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { defaultFolders } from "../../config/folders.ts";
import { refreshAt } from "../../mount/mount.ts";
import type { ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

/** Forgets all listings of the mount: those above a path decide its name and whether it exists. */
export function refreshCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  return new Command("refresh")
    .description(
      "make a mount forget its cached listings, so that it shows what is new in BaseSpace",
    )
    .argument("<path>", "the mount point, or any path in the mount")
    .action(async (path) => {
      const { runtime: runtimeFolder } = defaultFolders(context.environment);
      await refreshAt(path, { runtimeFolder }, context.signal);
      onResult(EXIT.done);
    });
}
