/*
 * Begin here: `oauth/` gets access tokens. `OAuth` signs users in, by a code that they enter elsewhere
 * (`poll-interval.ts`) or in the browser of this machine (`redirect-listener.ts`, `redirect-page.ts`). `scopes.ts`
 * writes what a token shall allow, `decode-oauth.ts` and `oauth-error.ts` read what the service replies.
 * `cli/sign-in/` and programs use it.
 */

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
import type { JsonResponse } from "../transport/evaluate-response.ts";
import { type CallOptions, type Change, Rest } from "../transport/rest.ts";
import { IdempotentCalls } from "../transport/idempotency.ts";
import { type ClientOptions, clientSettings } from "../settings.ts";
import { decodeDevice, decodeGrant } from "./decode-oauth.ts";
import { asOAuthError, OAuthError } from "./oauth-error.ts";
import { PollInterval } from "./poll-interval.ts";

/** Options of {@link OAuth}. */
export interface OAuthOptions extends Omit<ClientOptions, "maxConnections" | "fetcher"> {
  /** Origin of the API server. */
  readonly apiServer: string;
  /** The app's client key, from the developer portal. */
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/** A sign-in that waits for the user's approval. */
export interface DeviceLogin {
  /** The page on which the user enters the code. */
  readonly verificationUri: string;
  /** The same page with the code in its address. */
  readonly verificationUriWithCode: string;
  /** The code that the user compares or enters; five characters. */
  readonly userCode: string;
  /** A secret that is exchanged for the token. */
  readonly deviceCode: string;
  /** When the code expires. */
  readonly expires: Date;
  /** The initial interval between two polls, in milliseconds. */
  readonly intervalMs: number;
}

/** The result of a sign-in. */
export interface Grant {
  /** A secret. */
  readonly accessToken: string;
  /** Absent for a token that is valid until it is revoked, which is the usual case. */
  readonly expires?: Date;
}

/** Parameters of the page on which a user approves an app. */
export interface AuthorizeParams {
  /** As registered for the app; for `localhost`, scheme and port do not matter. */
  readonly redirectUri: string;
  /** What the token shall allow. */
  readonly scopes: readonly string[];
  /** Returned with the code, so that nobody else can supply one: make it random. */
  readonly state: string;
}

const DEFAULT_EXPIRY_S = 1800;
/** The interval of RFC 8628, when the server states none. */
const DEFAULT_INTERVAL_S = 5;

/**
 * Signs users of an app in, by a code that the user enters elsewhere (`startDevice`, `awaitDevice`) or by a browser
 * on this machine (`authorizeUrl`, `exchangeCode`; `RedirectListener` waits for the browser). It owns connections:
 * close it.
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
    const settings = clientSettings(options);
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
   * Requests access with the given scopes: `POST /v1pre3/oauthv2/deviceauthorization`.
   *
   * @throws OAuthError `unknown-client`, `invalid-scope`; ApiError
   */
  async startDevice(scopes: readonly string[], options: CallOptions = {}): Promise<DeviceLogin> {
    const { client_id } = this.#credentials;
    const form = { response_type: "device_code", client_id, scope: scopes.join(",") };
    const startedMs = this.#clock.now();
    const response = await this.#beginDevice(form, options);
    const { expiresInSeconds, intervalSeconds, ...login } = decodeResponse(response, () =>
      decodeDevice(response.json),
    );
    rememberSecret(login.deviceCode);
    return {
      ...login,
      expires: new Date(startedMs + (expiresInSeconds ?? DEFAULT_EXPIRY_S) * 1000),
      intervalMs: (intervalSeconds ?? DEFAULT_INTERVAL_S) * 1000,
    };
  }

  /**
   * Waits until the user has decided, polling `POST /v1pre3/oauthv2/token` at the interval that the service sets. A
   * network or a service that fails for a while is polled again.
   *
   * @throws OAuthError `denied`, `expired`, `invalid-code`; the signal's reason
   */
  async awaitDevice(login: DeviceLogin, options: CallOptions = {}): Promise<Grant> {
    const signal = options.signal ?? new AbortController().signal;
    const gap = new PollInterval(login.intervalMs);
    const form = { ...this.#credentials, code: login.deviceCode, grant_type: "device" };
    for (;;) {
      const leftMs = login.expires.getTime() - this.#clock.now();
      if (leftMs <= 0) throw expiredError();
      await this.#clock.sleep(Math.min(gap.ms, leftMs), signal);
      const outcome = await this.#grant(form, options).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) return outcome as Grant;
      signal.throwIfAborted();
      if (gap.mayGoOn(outcome)) continue;
      // Servers refuse an expired code in different ways.
      throw this.#clock.now() >= login.expires.getTime()
        ? expiredError(outcome)
        : asOAuthError(outcome);
    }
  }

  /** The address to open in the user's browser: `GET {web}/oauth/authorize`, on the server's web host. */
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
   * Exchanges the code from the browser for a token: `POST /v1pre3/oauthv2/token`.
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
   * The session that a user started the app with, for an app that has no token yet: `GET /v1pre3/appsessions/{id}`
   * with the app's credentials. Its `authorizationCode`, when there is one, is the code for `exchangeCode`.
   *
   * @throws ApiError `access-denied` for a session of another app
   */
  async triggeredAppSession(id: AppSessionId, options: CallOptions = {}): Promise<AppSession> {
    return await this.#asApp.one(`appsessions/${segment(id)}`, decodeAppSession, options);
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** As {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #grant(form: Form, options: CallOptions): Promise<Grant> {
    const change = { ...formOf("/v1pre3/oauthv2/token", form), isRepeatable: false };
    const response = await this.#rest.change(change, options);
    const { accessToken, expiresInSeconds } = decodeResponse(response, () =>
      decodeGrant(response.json),
    );
    rememberSecret(accessToken);
    if (expiresInSeconds === undefined) return { accessToken };
    return { accessToken, expires: new Date(this.#clock.now() + expiresInSeconds * 1000) };
  }

  /** An abandoned sign-in expires, so beginning one twice does no harm. */
  async #beginDevice(form: Form, options: CallOptions): Promise<JsonResponse> {
    const change = formOf("/v1pre3/oauthv2/deviceauthorization", form);
    try {
      return await this.#rest.change({ ...change, isRepeatable: true }, options);
    } catch (error) {
      throw asOAuthError(error);
    }
  }
}

/** Secrets are sent in the body, never in an address. */
function formOf(path: string, form: Form): Omit<Change, "isRepeatable"> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = Buffer.from(new URLSearchParams(form).toString());
  return { method: "POST", path, headers, body };
}

function expiredError(cause?: unknown): OAuthError {
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
