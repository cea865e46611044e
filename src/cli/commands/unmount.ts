import { resolve } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { unmountAt } from "../../mount/index.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addHeldOptions, heldFiles } from "../held-flags.ts";
import { printWarning } from "../output.ts";
import { waitingLine } from "../waiting-line.ts";

interface UnmountFlags {
  readonly lazy?: boolean;
  readonly wait: boolean;
  readonly uploadTemporary?: boolean;
  readonly discardTemporary?: boolean;
}

export function unmountCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("unmount")
    .description("take a mount down, when what was written is uploaded")
    .argument("<mountpoint>")
    .option("--lazy", "detach it though somebody still uses it, or its process does not answer")
    .option("--no-wait", "wait neither for uploads nor until the mount's process has ended");
  addHeldOptions(command);
  return command.action(async (mountPoint: string, flags: UnmountFlags) => {
    onResult(await unmount(mountPoint, flags, context));
  });
}

/** Exits with 3 when something that was written is not in BaseSpace. */
async function unmount(
  place: string,
  flags: UnmountFlags,
  { environment, signal }: CommandContext,
): CommandResult {
  const { lazy = false, wait } = flags;
  const mountPoint = resolve(place);
  // Asked for from inside the mount, this process would be one that uses it.
  process.chdir("/");
  using waiting = waitingLine();
  const { open, left } = await unmountAt(
    mountPoint,
    {
      runtimeFolder: defaultFolders(environment).runtime,
      lazy,
      wait,
      held: heldFiles(flags),
      onProgress: waiting.show,
      onNotice: printWarning,
    },
    signal,
  );
  if (open.length > 0)
    printWarning(`still written, and uploaded when it is closed: ${open.join(", ")}`);
  if (left.length > 0) {
    printWarning(
      `not uploaded: ${left.join(", ")}; bsmount uploads list shows where the bytes are`,
    );
  }
  return open.length + left.length === 0 ? EXIT.done : EXIT.uploadsLeft;
}
