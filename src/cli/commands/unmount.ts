import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { unmountAt } from "../../mount/index.ts";
import type { ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

interface UnmountFlags {
  readonly lazy?: boolean;
  readonly wait: boolean;
}

export function unmountCommand({ context, onResult }: ProgramOptions): Command {
  return new Command("unmount")
    .description("take a mount down")
    .argument("<mountpoint>")
    .option("--lazy", "detach it though somebody still uses it")
    .option("--no-wait", "do not wait until the mount's process has ended")
    .action(async (mountPoint: string, { lazy = false, wait }: UnmountFlags) => {
      const runtimeFolder = defaultFolders(context.environment).runtime;
      await unmountAt(mountPoint, { runtimeFolder, lazy, wait }, context.signal);
      onResult(EXIT.done);
    });
}
