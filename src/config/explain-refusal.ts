import { BsmountError, reasonOf } from "../core/errors.ts";
import type { ConnectionConfig } from "./connection.ts";

/**
 * Turns the refusal of a token into an error that names the server and the source of the token; returns others
 * unchanged.
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
  return `set ${tokenSource} to an access token of this server, or unset it to use a profile`;
}
