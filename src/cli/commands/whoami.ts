import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { BaseSpace } from "../../api/client.ts";
import type { TokenDetails } from "../../api/models/access-token.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { explainRefusal } from "../../config/explain-refusal.ts";
import { resolveConfig } from "../../config/config.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, CONNECTION_OPTIONS } from "../option-flags.ts";
import { printJson, printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";

export function whoamiCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("whoami")
    .description("show which user the token belongs to, and the server")
    .option("--json", "machine output");
  return addOptions(command, CONNECTION_OPTIONS).action(async (flags) => {
    onResult(await whoami(flags, context));
  });
}

/** In its own function, because tsc does not rewrite the extension of an import beside an `await using`. */
async function loadClient(): Promise<typeof import("../../api/client.ts")> {
  return await import("../../api/client.ts");
}

async function whoami(
  flags: GivenOptions & { readonly json?: true },
  { environment, signal }: CommandContext,
): CommandResult {
  const { connection } = await resolveConfig(flags, environment);
  const api = await loadClient();
  await using client = new api.BaseSpace(connection);
  const { id, name, email } = await client.users.current({ signal }).catch((error: unknown) => {
    throw explainRefusal(error, connection);
  });
  const details = await tokenDetails(client, signal);
  const { apiServer, profile, tokenSource, tokenExpires: expires } = connection;
  const { application: app, scopes } = details ?? {};
  if (flags.json === true) {
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

/** Undefined when the server does not say; the user matters more. */
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
