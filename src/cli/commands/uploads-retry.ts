import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { ProgramOptions } from "../context.ts";
import { addOptions, FOLDER_OPTIONS } from "../option-flags.ts";
import { type FinishingCommand, finishUploads } from "../uploads/finish-uploads.ts";
import { PATH_HELP } from "./uploads-wait.ts";

const RETRY: FinishingCommand = {
  state: "failed",
  nothing: "no upload has failed",
  method: "retry",
};

/** `uploads retry`: tries failed uploads again, now. */
export function uploadsRetryCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("retry")
    .description("try failed uploads of live mounts again, all of them or those at the paths")
    .argument("[path...]", PATH_HELP)
    .option("--json", "machine output: an array of files");
  return addOptions(bare, FOLDER_OPTIONS).action(async (paths, flags) => {
    onResult(await finishUploads(RETRY, { paths, flags }, context));
  });
}
