import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { ProgramOptions } from "../context.ts";
import { addOptions, FOLDER_OPTIONS } from "../option-flags.ts";
import { type FinishingCommand, finishUploads } from "../uploads/finish-uploads.ts";
import { PATH_HELP } from "./uploads-wait.ts";

const COMMIT: FinishingCommand = {
  state: "awaiting commit",
  nothing: "no file awaits a commit",
  method: "commit",
};

/** `uploads commit`: finishes files that were closed in write mode `commit`. */
export function uploadsCommitCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("commit")
    .description(
      "finish files of live mounts that await a commit, all of them or those at the paths",
    )
    .argument("[path...]", PATH_HELP)
    .option("--json", "machine output: an array of files");
  return addOptions(bare, FOLDER_OPTIONS).action(async (paths, flags) => {
    onResult(await finishUploads(COMMIT, { paths, flags }, context));
  });
}
