import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import type { TemporaryFilesPolicy } from "../session/temporary-files-policy.ts";

/** The flags that decide what happens to files under temporary names. */
export type TemporaryNameFlags = {
  readonly uploadTemporary?: true;
  readonly discardTemporary?: true;
};

export function addTemporaryNameOptions<Arguments extends unknown[], Flags extends OptionValues>(
  command: Command<Arguments, Flags>,
): Command<Arguments, Flags & TemporaryNameFlags> {
  command
    .option("--upload-temporary", "upload files under temporary names, such as x.tmp, as they are")
    .addOption(
      new Option("--discard-temporary", "discard files under temporary names").conflicts(
        "uploadTemporary",
      ),
    );
  return command;
}

export function temporaryFilesPolicy(flags: TemporaryNameFlags): TemporaryFilesPolicy {
  if (flags.uploadTemporary === true) return "upload";
  return flags.discardTemporary === true ? "discard" : "refuse";
}
