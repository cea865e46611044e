import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions, OptionKey } from "../../config/option-values.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { addOptions } from "../option-flags.ts";

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

export function authCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("auth")
    .description("sign in and store the token in a profile, or revoke it")
    .option("--revoke", "revoke the profile's token at BaseSpace and remove it here");
  return addOptions(command, AUTH_OPTIONS).action(async (flags) => {
    onResult(await auth(flags, context));
  });
}

async function auth(
  { revoke: isRevoking, ...given }: GivenOptions & { readonly revoke?: true },
  { environment, signal }: CommandContext,
): CommandResult {
  if (isRevoking === true) {
    const { revoke } = await import("../sign-in/revoke.ts");
    return await revoke(given, environment, signal);
  }
  const { signIn } = await import("../sign-in/sign-in.ts");
  return await signIn(given, environment, signal);
}
