import { Command } from "commander";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { readRemote } from "../remote-file.ts";
import { openRemoteSession } from "../remote-session.ts";
import { findRemote } from "../remote-tree.ts";
import { standardOutput } from "../standard-output.ts";

export function catCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("cat")
    .description("write files of bs:/PATH to standard output without a mount")
    .argument("<paths...>", "bs:/projects/…/files/…");
  addOptions(command, TREE_OPTIONS);
  return command.action(async (paths: string[], parsed: Record<string, unknown>) => {
    onResult(await cat(paths, parsed, context));
  });
}

async function cat(
  paths: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): CommandResult {
  await using session = await openRemoteSession(parsed, context);
  const { signal } = context;
  const options = { fileSystem: session.fileSystem, signal };
  for (const path of paths) {
    const node = await findRemote(path, options);
    for await (const piece of readRemote(node, options)) {
      standardOutput.write(piece);
      await standardOutput.ready(signal);
    }
  }
  return EXIT.done;
}
