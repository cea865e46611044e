import { BaseSpace } from "../../api/client.ts";
import type { ConnectionConfig } from "../../config/connection.ts";
import type { Environment } from "../../config/environment.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { readProfile } from "../../config/profile.ts";
import { NoTokenError } from "../../config/find-token.ts";
import { resolveConfig } from "../../config/config.ts";
import { forgetToken } from "../../config/write-profile.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { EXIT } from "../exit-codes.ts";
import { printLine } from "../output.ts";

/** Revokes the token at BaseSpace, then removes it from the profile; returns the exit code. */
export async function revoke(
  given: GivenOptions,
  environment: Environment,
  signal: AbortSignal,
): Promise<number> {
  refuseUnnamed(given, environment);
  const { connection } = await resolveConfig(given, withoutTokenVariable(given, environment)).catch(
    (error: unknown) => {
      throw error instanceof NoTokenError ? nothingToRevokeError(error) : error;
    },
  );
  const wasKnown = await revokeToken(connection, signal);
  const { apiServer, tokenOrigin, tokenSource } = connection;
  printLine(
    wasKnown
      ? `The token of ${tokenSource} is revoked: ${apiServer} no longer accepts it.`
      : `${apiServer} no longer knew the token of ${tokenSource}.`,
  );
  if (tokenOrigin.kind !== "profile") return EXIT.done;
  const profile = await readProfile(tokenOrigin.name, tokenOrigin.home);
  if (profile?.accessToken === connection.accessToken) {
    await forgetToken(profile);
    printLine(`It was removed from ${profile.file}.`);
  }
  return EXIT.done;
}

/**
 * The variable has priority over a profile that is not named, so its token would be revoked instead of the profile's.
 * @throws BsmountError `usage`
 */
function refuseUnnamed({ profile }: GivenOptions, { variables }: Environment): void {
  const isSet = (variables["BASESPACE_ACCESS_TOKEN"] ?? "").trim() !== "";
  if (!isSet || profile !== undefined) return;
  const problem =
    "it is not clear which token to revoke: BASESPACE_ACCESS_TOKEN is set, and no profile is named";
  throw new BsmountError("usage", problem, {
    remedy: "--profile NAME, such as default, revokes the token of that profile",
  });
}

/** The remedies for a missing token would make a new one. */
function nothingToRevokeError({ searched }: NoTokenError): BsmountError {
  const problem = `there is no access token to revoke: searched ${searched}`;
  return new BsmountError("not-signed-in", problem, {
    remedy: "bsmount profiles lists the sign-ins of this machine; --profile NAME takes another one",
  });
}

/** When a profile is named, only its token may be revoked, never the one in the environment. */
function withoutTokenVariable({ profile }: GivenOptions, environment: Environment): Environment {
  if (profile === undefined) return environment;
  const { BASESPACE_ACCESS_TOKEN: _, ...variables } = environment.variables;
  return { ...environment, variables };
}

/** Returns false for a token that BaseSpace does not know. */
async function revokeToken(connection: ConnectionConfig, signal: AbortSignal): Promise<boolean> {
  await using client = new BaseSpace(connection);
  try {
    await client.tokens.revoke({ signal });
    return true;
  } catch (error) {
    if (reasonOf(error) === "not-signed-in") return false;
    throw error;
  }
}
