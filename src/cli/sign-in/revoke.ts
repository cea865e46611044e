import { BaseSpace } from "../../api/client.ts";
import type { ConnectionConfig } from "../../config/connection.ts";
import type { Environment } from "../../config/environment.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { readProfile } from "../../config/profile.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { forgetToken } from "../../config/write-profile.ts";
import { reasonOf } from "../../core/errors.ts";
import { EXIT } from "../exit-codes.ts";
import { printLine } from "../output.ts";

/** Ends the token at BaseSpace, then takes it out of the profile; gives the exit code. */
export async function revoke(
  given: GivenOptions,
  environment: Environment,
  signal: AbortSignal,
): Promise<number> {
  const { connection } = await resolveConfig(given, ofProfile(given, environment));
  const wasKnown = await endToken(connection, signal);
  const { apiServer, tokenOrigin, tokenSource } = connection;
  printLine(
    wasKnown
      ? `The token is revoked: ${apiServer} takes it no more.`
      : `${apiServer} did not know the token any more.`,
  );
  if (tokenOrigin.kind !== "profile") {
    printLine(`It still stands in ${tokenSource}: take it away there.`);
    return EXIT.done;
  }
  const profile = await readProfile(tokenOrigin.name, tokenOrigin.home);
  if (profile?.accessToken === connection.accessToken) {
    await forgetToken(profile);
    printLine(`It is gone from ${profile.file}.`);
  }
  return EXIT.done;
}

/** Whoever names a profile means its token: where it has none, no other one is to be ended instead. */
function ofProfile({ profile }: GivenOptions, environment: Environment): Environment {
  if (profile === undefined) return environment;
  const { BASESPACE_ACCESS_TOKEN: _, ...variables } = environment.variables;
  return { ...environment, variables };
}

/** @returns false for a token that the service does not know. */
async function endToken(connection: ConnectionConfig, signal: AbortSignal): Promise<boolean> {
  await using client = new BaseSpace(connection);
  try {
    await client.tokens.revoke({ signal });
    return true;
  } catch (error) {
    if (reasonOf(error) === "not-signed-in") return false;
    throw error;
  }
}
