import { Argument, Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { describeProgram } from "../reference/describe-program.ts";
import { standardOutput } from "../standard-output.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const HELP = `
Put one of these where the shell begins:
  . <(bsmount completion bash)          ~/.bashrc
  . <(bsmount completion zsh)           ~/.zshrc, behind compinit
  bsmount completion fish | source      ~/.config/fish/config.fish`;

/** Its choices are shown as words, not as JavaScript writes them. */
function shellArgument(): Argument {
  const names = Object.keys(SHELLS);
  const argument = new Argument("<shell>").choices(names);
  argument.description = names.join(", ");
  return argument;
}

export function completionCommand({ onResult }: ProgramOptions): Command {
  const command = new Command("completion")
    .description("print what lets a shell complete commands and options")
    .addArgument(shellArgument())
    .configureHelp({ argumentDescription: ({ description }) => description })
    .addHelpText("after", HELP);
  return command.action((shell: keyof typeof SHELLS) => {
    const program = describeProgram(command.parent ?? command);
    standardOutput.write(SHELLS[shell](program));
    onResult(EXIT.done);
  });
}
