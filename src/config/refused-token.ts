import { BsmountError, reasonOf } from "../core/errors.ts";
import type { ConnectionConfig } from "./connection.ts";

/**
 * Where the service does not take the token: an error that says whose word it is and where the token came
 * from. Any other error as it is.
 */
export function explainRefusal(error: unknown, connection: ConnectionConfig): unknown {
  if (reasonOf(error) !== "not-signed-in") return error;
  const { tokenSource, apiServer } = connection;
  const problem = `the access token of ${tokenSource} was refused by ${apiServer}`;
  return new BsmountError("not-signed-in", problem, { cause: error, remedy: remedyOf(connection) });
}

function remedyOf({ tokenOrigin: { kind }, tokenSource, profile }: ConnectionConfig): string {
  if (kind === "profile") return `sign in again with: bsmount auth --profile ${profile}`;
  if (kind === "file") return `write an access token of this server into ${tokenSource}`;
  return `set ${tokenSource} to an access token of this server, or unset it, and a profile is used`;
}
