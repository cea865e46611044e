import type { Dispatcher } from "undici";
import type { Clock } from "../../core/clock.ts";
import type { AppSessionId } from "../../core/ids.ts";
import { rememberSecret } from "../../core/known-secrets.ts";
import { apiOrigin, segment } from "../transport/address.ts";
import { decodeAppSession } from "../models/app-session.ts";
import { createDispatcher } from "../transport/dispatcher.ts";
import { httpSend, type Send } from "../transport/http.ts";
import { withTelemetry } from "../transport/telemetry.ts";
import type { AppSession } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import { VersionClient } from "../resources/version-client.ts";
import { type CallOptions, type Change, type JsonResponse, Rest } from "../transport/rest.ts";
import { IdempotentCalls } from "../transport/idempotency.ts";
import { type ClientOptions, withDefaults } from "../settings.ts";
import { decodeDevice, decodeGrant } from "./decode-oauth.ts";
import { asOAuthError, OAuthError } from "./oauth-error.ts";
import { PollGap } from "./poll-gap.ts";

export interface OAuthOptions extends Omit<ClientOptions, "maxConnections" | "fetcher"> {
  /** Origin of the API server. */
  readonly apiServer: string;
  /** The app's client key, from the developer portal. */
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/** A sign-in that waits for its user. */
export interface DeviceLogin {
  /** Where the user types the code. */
  readonly verificationUri: string;
  /** The same with the code in it. */
  readonly verificationUriWithCode: string;
  /** What the user compares or types; five characters. */
  readonly userCode: string;
  /** A secret: what becomes the token. */
  readonly deviceCode: string;
  readonly expires: Date;
  /** How long to leave between two questions, at first. */
  readonly intervalMs: number;
}

/** What a sign-in gives. */
export interface Grant {
  /** A secret. */
  readonly accessToken: string;
  /** Absent for a token that lives until it is revoked, which is the rule. */
  readonly expires?: Date;
}

export interface AuthorizeParams {
  /** As registered for the app; for `localhost` scheme and port do not matter. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Comes back with the code, so that nobody can slip one in: make it random. */
  readonly state: string;
}

const DEFAULT_EXPIRY_S = 1800;
/** RFC 8628, where the server names none. */
const DEFAULT_INTERVAL_S = 5;

/**
 * Sign-in of an app's users, by a code that the user types elsewhere (`startDevice`, `awaitDevice`) or by
 * a browser on this machine (`authorizeUrl`, `exchangeCode`; `RedirectListener` waits for the browser).
 * It owns connections: close it.
 */
export class OAuth implements AsyncDisposable {
  readonly #origin: string;
  readonly #credentials: { readonly client_id: string; readonly client_secret: string };
  readonly #clock: Clock;
  readonly #dispatcher: Dispatcher;
  readonly #rest: Rest;
  readonly #asApp: VersionClient;

  /** @throws BsmountError `usage` for an address that cannot be used */
  constructor(options: OAuthOptions) {
    const settings = withDefaults(options);
    this.#origin = apiOrigin(options.apiServer, options.insecureHttp ?? false);
    rememberSecret(options.clientSecret);
    this.#credentials = { client_id: options.clientId, client_secret: options.clientSecret };
    this.#clock = settings.retry.clock;
    this.#dispatcher = createDispatcher(settings);
    const { logger } = settings;
    const send = withTelemetry(httpSend(this.#dispatcher, this.#origin), { logger, target: "api" });
    this.#rest = new Rest({ ...settings, send });
    const asApp = new Rest({ ...settings, send: withBasic(options, send) });
    this.#asApp = new VersionClient("v1", asApp, new IdempotentCalls(asApp, settings.retry));
  }

  /**
   * Asks for access with the given scopes: `POST /v1pre3/oauthv2/deviceauthorization`.
   *
   * @throws OAuthError `unknown-client`, `invalid-scope`; ApiError
   */
  async startDevice(scopes: readonly string[], options: CallOptions = {}): Promise<DeviceLogin> {
    const { client_id } = this.#credentials;
    const form = { response_type: "device_code", client_id, scope: scopes.join(",") };
    const startedMs = this.#clock.now();
    const answer = await this.#beginDevice(form, options);
    const { expiresInSeconds, intervalSeconds, ...login } = decodeResponse(answer, () =>
      decodeDevice(answer.json),
    );
    rememberSecret(login.deviceCode);
    return {
      ...login,
      expires: new Date(startedMs + (expiresInSeconds ?? DEFAULT_EXPIRY_S) * 1000),
      intervalMs: (intervalSeconds ?? DEFAULT_INTERVAL_S) * 1000,
    };
  }

  /**
   * Waits until the user has decided, asking `POST /v1pre3/oauthv2/token` at the pace that the service
   * sets. A network or a service that fails for a while is asked again.
   *
   * @throws OAuthError `denied`, `expired`, `invalid-code`; the signal's reason
   */
  async awaitDevice(login: DeviceLogin, options: CallOptions = {}): Promise<Grant> {
    const signal = options.signal ?? new AbortController().signal;
    const gap = new PollGap(login.intervalMs);
    const form = { ...this.#credentials, code: login.deviceCode, grant_type: "device" };
    for (;;) {
      const leftMs = login.expires.getTime() - this.#clock.now();
      if (leftMs <= 0) throw tooLate();
      await this.#clock.sleep(Math.min(gap.ms, leftMs), signal);
      const outcome = await this.#grant(form, options).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) return outcome as Grant;
      signal.throwIfAborted();
      if (gap.mayGoOn(outcome)) continue;
      // Servers do not agree on how they refuse a code that was too old.
      throw this.#clock.now() >= login.expires.getTime() ? tooLate(outcome) : asOAuthError(outcome);
    }
  }

  /** Where to send the user's browser: `GET {web}/oauth/authorize`, on the server's web host. */
  authorizeUrl({ redirectUri, scopes, state }: AuthorizeParams): string {
    const url = new URL("/oauth/authorize", webOrigin(this.#origin));
    url.searchParams.set("client_id", this.#credentials.client_id);
    url.searchParams.set("redirect_uri", redirectUri);
    url.searchParams.set("response_type", "code");
    url.searchParams.set("scope", scopes.join(","));
    url.searchParams.set("state", state);
    return url.href;
  }

  /**
   * Turns the code that a browser brought into a token: `POST /v1pre3/oauthv2/token`.
   *
   * @throws OAuthError `invalid-code`, `unknown-client`; ApiError
   */
  async exchangeCode(code: string, redirectUri: string, options: CallOptions = {}): Promise<Grant> {
    rememberSecret(code);
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    try {
      return await this.#grant({ ...this.#credentials, ...grant }, options);
    } catch (error) {
      throw asOAuthError(error);
    }
  }

  /**
   * The session that a user started the app with, for an app that has no token yet:
   * `GET /v1pre3/appsessions/{id}` with the app's credentials. Its `authorizationCode`, while there is one,
   * is what `exchangeCode` makes a token of.
   *
   * @throws ApiError `access-denied` for a session of another app
   */
  async triggeredAppSession(id: AppSessionId, options: CallOptions = {}): Promise<AppSession> {
    return await this.#asApp.one(`appsessions/${segment(id)}`, decodeAppSession, options);
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #grant(form: Form, options: CallOptions): Promise<Grant> {
    const change = { ...formOf("/v1pre3/oauthv2/token", form), isRepeatable: false };
    const answer = await this.#rest.change(change, options);
    const { accessToken, expiresInSeconds } = decodeResponse(answer, () =>
      decodeGrant(answer.json),
    );
    rememberSecret(accessToken);
    if (expiresInSeconds === undefined) return { accessToken };
    return { accessToken, expires: new Date(this.#clock.now() + expiresInSeconds * 1000) };
  }

  /** A sign-in that nobody goes on with ends by itself, so it may be begun twice. */
  async #beginDevice(form: Form, options: CallOptions): Promise<JsonResponse> {
    const change = formOf("/v1pre3/oauthv2/deviceauthorization", form);
    try {
      return await this.#rest.change({ ...change, isRepeatable: true }, options);
    } catch (error) {
      throw asOAuthError(error);
    }
  }
}

/** Secrets travel in the body, never in an address. */
function formOf(path: string, form: Form): Omit<Change, "isRepeatable"> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = Buffer.from(new URLSearchParams(form).toString());
  return { method: "POST", path, headers, body };
}

function tooLate(cause?: unknown): OAuthError {
  return new OAuthError("expired", "nobody approved the sign-in in time", { cause });
}

function withBasic({ clientId, clientSecret }: OAuthOptions, send: Send): Send {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  rememberSecret(credentials);
  const authorization = `Basic ${credentials}`;
  return async (request, signal) =>
    await send({ ...request, headers: { ...request.headers, authorization } }, signal);
}

type Form = Readonly<Record<string, string>>;

/** The web host of an API server: `https://api.euc1.sh…` belongs to `https://euc1.sh…`. */
function webOrigin(origin: string): string {
  return origin.replace("//api.", "//");
}
