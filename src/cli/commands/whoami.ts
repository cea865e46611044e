import { Command } from "commander";
import type { BaseSpace } from "../../api/client.ts";
import type { TokenDetails } from "../../api/models/access-token.ts";
import { explainRefusal } from "../../config/refused-token.ts";
import { resolveConfig } from "../../config/resolve.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, CONNECTION_OPTIONS, givenOptions } from "../option-flags.ts";
import { printJson, printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";

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
  const api = await loadClient();
  await using client = new api.BaseSpace(connection);
  const { id, name, email } = await client.users.current({ signal }).catch((error: unknown) => {
    throw explainRefusal(error, connection);
  });
  const details = await tokenDetails(client, signal);
  const { apiServer, profile, tokenSource, tokenExpires: expires } = connection;
  const { application: app, scopes } = details ?? {};
  if (parsed["json"] === true) {
    const facts = { id, name, email, apiServer, profile, tokenSource };
    printJson({ ...facts, application: app?.name, scopes, expires });
    return EXIT.done;
  }
  const address = email === undefined ? "" : ` <${printable(email)}>`;
  printLine(`${printable(name)}${address}, user ${id}`);
  printLine(`at ${apiServer}, by the token of ${tokenSource}`);
  if (app?.name !== undefined) printLine(`given to ${printable(app.name)}`);
  if (scopes !== undefined) printLine(`allows: ${printable(scopes.join(", ")) || "nothing more"}`);
  if (expires !== undefined) printLine(`until ${printable(expires)}`);
  return EXIT.done;
}

/** Not every server tells; whose token it is matters more. */
async function tokenDetails(
  client: BaseSpace,
  signal: AbortSignal,
): Promise<TokenDetails | undefined> {
  try {
    return await client.tokens.current({ signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
