import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { listProfiles, type ProfileSummary } from "../../config/list-profiles.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printJson, printLine, table } from "../output.ts";

export function profilesCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  return new Command("profiles")
    .description("list the sign-ins of this machine: name, server, file")
    .option("--json", "machine output")
    .action(async (flags) => {
      onResult(await profiles(flags.json === true, context));
    });
}

async function profiles(json: boolean, { environment }: CommandContext): CommandResult {
  const found = await listProfiles(environment.home);
  if (json) printJson(found);
  else if (found.length === 0) printLine("no profiles yet: `bsmount auth` makes one");
  else for (const row of table(found.map(rowOf), new Set())) printLine(row);
  return EXIT.done;
}

function rowOf({ name, apiServer, signedIn, file, problem }: ProfileSummary): string[] {
  if (problem !== undefined) return [name, "cannot be read", "-", problem];
  return [name, signedIn ? "signed in" : "signed out", apiServer ?? "-", file];
}
