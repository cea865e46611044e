import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** The texts that were added, since commander does not return them. */
const DETAILS = new WeakMap<CommandUnknownOpts, string>();

/** Adds lines that help shows below the options of `command`, and the man page below those as well. */
export function addDetails<AnyCommand extends CommandUnknownOpts>(
  command: AnyCommand,
  lines: string,
): AnyCommand {
  DETAILS.set(command, lines);
  command.addHelpText("after", `\n${lines}`);
  return command;
}

/** The lines that {@link addDetails} added; undefined when there are none. */
export function detailsOf(command: CommandUnknownOpts): string | undefined {
  return DETAILS.get(command);
}
