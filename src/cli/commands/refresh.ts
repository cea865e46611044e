import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { refreshAt } from "../../mount/index.ts";
import type { ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

/** Not only of the path: what it is called, and whether it is there, stands in the listings above it. */
export function refreshCommand({ context, onResult }: ProgramOptions): Command {
  return new Command("refresh")
    .description("let a mount forget all its listings, to show what is new in BaseSpace at once")
    .argument("<path>", "tells which mount: its mount point, or anything in it")
    .action(async (path: string) => {
      const { runtime: runtimeFolder } = defaultFolders(context.environment);
      await refreshAt(path, { runtimeFolder }, context.signal);
      onResult(EXIT.done);
    });
}
