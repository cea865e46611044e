import { Command } from "commander";
import type { OptionKey } from "../../config/option-values.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { addOptions, givenOptions } from "../option-flags.ts";

const AUTH_OPTIONS: readonly OptionKey[] = [
  "profile",
  "apiServer",
  "region",
  "scopes",
  "web",
  "clientId",
  "clientSecretFile",
  "insecureHttp",
  "timeout",
];

export function authCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("auth")
    .description("sign in and keep the token in a profile; or --revoke it")
    .option("--revoke", "end the profile's token, here and at BaseSpace");
  addOptions(command, AUTH_OPTIONS);
  return command.action(async (parsed: Record<string, unknown>) => {
    onResult(await auth(parsed, context));
  });
}

async function auth(
  parsed: Readonly<Record<string, unknown>>,
  { environment, signal }: CommandContext,
): CommandResult {
  const given = givenOptions(parsed);
  if (parsed["revoke"] === true) {
    const { revoke } = await import("../sign-in/revoke.ts");
    return await revoke(given, environment, signal);
  }
  const { signIn } = await import("../sign-in/sign-in.ts");
  return await signIn(given, environment, signal);
}
