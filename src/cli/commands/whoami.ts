import { Command } from "commander";
import { resolveConfig } from "../../config/resolve.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, CONNECTION_OPTIONS, givenOptions } from "../option-flags.ts";
import { printable, printJson, printLine } from "../output.ts";

export function whoamiCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("whoami")
    .description("show whose token this is, and on which server")
    .option("--json", "machine output");
  addOptions(command, CONNECTION_OPTIONS);
  return command.action(async (parsed: Record<string, unknown>) => {
    onResult(await whoami(parsed, context));
  });
}

/** A function of its own: tsc does not rewrite the extension of an import beside an `await using`. */
async function loadClient(): Promise<typeof import("../../api/client.ts")> {
  return await import("../../api/client.ts");
}

async function whoami(
  parsed: Readonly<Record<string, unknown>>,
  { environment, signal }: CommandContext,
): CommandResult {
  const { connection } = await resolveConfig(givenOptions(parsed), environment);
  const { BaseSpace } = await loadClient();
  await using client = new BaseSpace(connection);
  const { id, name, email } = await client.users.current({ signal });
  const { apiServer, profile, tokenSource } = connection;
  if (parsed["json"] === true) {
    printJson({ id, name, email, apiServer, profile, tokenSource });
    return EXIT.done;
  }
  const address = email === undefined ? "" : ` <${printable(email)}>`;
  printLine(`${printable(name)}${address}, user ${id}`);
  printLine(`at ${apiServer}, by the token of ${tokenSource}`);
  return EXIT.done;
}
