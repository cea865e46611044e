import { type Command, Option } from "commander";
import type { HeldFiles } from "../session/held-files.ts";

/** Adds the two options that say what becomes of files under temporary names. */
export function addHeldOptions(command: Command): Command {
  return command
    .option("--upload-temporary", "upload files under temporary names, such as x.tmp, as they are")
    .addOption(
      new Option("--discard-temporary", "give files under temporary names up").conflicts(
        "uploadTemporary",
      ),
    );
}

/** What a command line says of them. */
export function heldFiles(flags: {
  readonly uploadTemporary?: boolean;
  readonly discardTemporary?: boolean;
}): HeldFiles {
  if (flags.uploadTemporary === true) return "upload";
  return flags.discardTemporary === true ? "discard" : "refuse";
}
