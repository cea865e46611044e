import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { setStatusAt } from "../../mount/index.ts";
import type { CommandContext, CommandFactory, CommandResult } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addHeldOptions, heldFiles } from "../held-flags.ts";
import { addOptions, CONNECTION_OPTIONS } from "../option-flags.ts";
import { printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { isRemote, remoteNames } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { waitingLine } from "../waiting-line.ts";

interface StatusCommand {
  readonly name: string;
  readonly description: string;
  readonly status: string;
  /** The result takes no more files, so those under temporary names have to go somewhere. */
  readonly isLast: boolean;
}

const COMMANDS: readonly StatusCommand[] = [
  {
    name: "complete",
    description: "finish an app result: it takes no more files",
    status: "Complete",
    isLast: true,
  },
  {
    name: "abort",
    description: "give an app result up: it takes no more files",
    status: "Aborted",
    isLast: true,
  },
  {
    name: "needs-attention",
    description: "mark an app result for somebody to look at",
    status: "NeedsAttention",
    isLast: false,
  },
];

/** `complete`, `abort` and `needs-attention`: the status of an app result, once its files are finished. */
export const statusChangeCommands: readonly CommandFactory[] = COMMANDS.map(
  ({ name, description, status, isLast }) =>
    ({ context, onResult }) => {
      const command = new Command(name)
        .description(description)
        .argument("<path>", "the app result, or anything in it: in a mount, or bs:/projects/…")
        .option("--summary <text>", "a sentence for people");
      if (isLast) addHeldOptions(command);
      addOptions(command, CONNECTION_OPTIONS);
      return command.action(async (path: string, parsed: Record<string, unknown>) => {
        onResult(await changeStatus(path, { status, parsed }, context));
      });
    },
);

async function changeStatus(
  path: string,
  { status, parsed }: { readonly status: string; readonly parsed: Record<string, unknown> },
  context: CommandContext,
): CommandResult {
  const summary = parsed["summary"] as string | undefined;
  const held = heldFiles(parsed);
  const change = { status, held, ...(summary === undefined ? {} : { summary }) };
  if (isRemote(path)) {
    const place = `/${remoteNames(path).join("/")}`;
    await using session = await openRemoteSession(parsed, context);
    await session.setStatus(place, change, context.signal);
  } else {
    const runtimeFolder = defaultFolders(context.environment).runtime;
    using waiting = waitingLine();
    const onProgress = waiting.show;
    await setStatusAt(path, { runtimeFolder, ...change, onProgress }, context.signal);
  }
  printLine(`${printable(path)} is ${status}`);
  return EXIT.done;
}
