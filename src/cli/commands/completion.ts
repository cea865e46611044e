import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addDetails } from "../help-details.ts";
import { describeProgram } from "../reference/describe-program.ts";
import { standardOutput } from "../standard-output.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const DETAILS = `Put one of these lines into the startup file of your shell:
  . <(bsmount completion bash)          ~/.bashrc
  . <(bsmount completion zsh)           ~/.zshrc, after compinit
  bsmount completion fish | source      ~/.config/fish/config.fish`;

const SHELL_NAMES = Object.keys(SHELLS) as (keyof typeof SHELLS)[];

export function completionCommand({ onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("completion")
    .description("print a script that lets a shell complete commands and options")
    .addArgument(new Argument("<shell>", SHELL_NAMES.join(", ")).choices(SHELL_NAMES))
    // By itself commander would print the choices again, as JavaScript strings.
    .configureHelp({ argumentDescription: ({ description }) => description });
  return addDetails(command, DETAILS).action((shell) => {
    const program = describeProgram(command.parent ?? command);
    standardOutput.write(SHELLS[shell](program));
    onResult(EXIT.done);
  });
}
