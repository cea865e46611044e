import { BaseSpace } from "../api/client.ts";
import type { User } from "../api/models/models.ts";
import type { ClientOptions } from "../api/settings.ts";
import { type ConnectionConfig, resolveConnection } from "../config/connection.ts";
import { type Environment, processEnvironment } from "../config/environment.ts";
import type { GivenOptions } from "../config/option-values.ts";
import { explainRefusal } from "../config/explain-refusal.ts";
import { neverAborted } from "../core/abort.ts";
import { CurrentToken } from "./current-token.ts";

/** Options of {@link connect}. */
export interface ConnectOptions extends ClientOptions {
  /** `~/.basespace/<name>.cfg`, else a section of `~/.basespacepy.cfg`. Default `default`. */
  readonly profile?: string;
  /** Default: the profile's, else region use1. */
  readonly apiServer?: string;
  /** `use1`, `euc1`, … in place of `apiServer`. */
  readonly region?: string;
  /** A file that holds the access token, mode 0600. */
  readonly accessTokenFile?: string;
  /** Aborts signing in. */
  readonly signal?: AbortSignal;
}

/**
 * Returns a client that is signed in as `bsmount whoami` would be with the same options as flags: they win over the
 * environment (`BASESPACE_PROFILE`, `BASESPACE_API_SERVER`, `BASESPACE_ACCESS_TOKEN`), the environment over
 * the profile. After a new `bsmount auth` by the same user it continues with the new token. Close it.
 *
 * @throws BsmountError `not-signed-in` when there is no token, or the service refuses it; `usage` for values
 * that make no sense and files that others can read; ApiError
 */
export async function connect(options: ConnectOptions = {}): Promise<BaseSpace> {
  const { profile, apiServer, region, accessTokenFile, signal, ...clientOptions } = options;
  const { insecureHttp } = options;
  const chosen = present({ profile, apiServer, region, accessTokenFile, insecureHttp });
  const connection = await resolveConnection(chosen, environmentOf(options));
  const { client } = await openClient(connection, clientOptions, signal ?? neverAborted);
  return client;
}

/** Returns a client for a connection, and its user. A token that is refused is looked up again. */
export async function openClient(
  connection: ConnectionConfig,
  options: ClientOptions,
  signal: AbortSignal,
): Promise<{ readonly client: BaseSpace; readonly user: User; readonly token: CurrentToken }> {
  const token = new CurrentToken(connection, options);
  const client = new BaseSpace({ ...connection, ...options, accessToken: token.ask });
  try {
    const user = await client.users.current({ signal });
    token.belongsTo(user.id);
    return { client, user, token };
  } catch (error) {
    await client.close();
    throw explainRefusal(error, connection);
  }
}

function environmentOf({ environment }: ClientOptions): Environment {
  const process = processEnvironment();
  if (environment === undefined) return process;
  return { ...process, variables: environment, home: environment["HOME"] ?? process.home };
}

type Loose = { readonly [Key in keyof GivenOptions]: GivenOptions[Key] | undefined };

function present(options: Loose): GivenOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
