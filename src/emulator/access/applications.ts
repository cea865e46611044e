import { createHash, timingSafeEqual } from "node:crypto";
import {
  noPermissionProblem,
  Problem,
  removedProblem,
  unauthorizedProblem,
} from "../http/problem.ts";
import type { Application, AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";

/** The credentials with which an app authenticates. */
export interface AppCredentials {
  /** 32 hex digits; OAuth's `client_id`. */
  readonly clientKey: string;
  /** 32 hex digits; OAuth's `client_secret`. */
  readonly clientSecret: string;
}

/**
 * The credentials of the emulator's own application, which exists in every account, so that clients can sign in
 * without an app in the catalog. Its redirect address is `http://localhost/`.
 */
export const OWN_CREDENTIALS: AppCredentials = {
  clientKey: "0123456789abcdef0123456789abcdef",
  clientSecret: "fedcba9876543210fedcba9876543210",
};
const EMULATOR_REDIRECT_URI = "http://localhost/";

export function applicationWithKey(state: State, clientKey: string): Application | undefined {
  for (const application of state.all("applications")) {
    if (credentialsOf(state, application)?.clientKey === clientKey) return application;
  }
  return undefined;
}

/** Returns the application with this key and secret; undefined if there is none. */
export function authenticateApplication(
  state: State,
  credentials: AppCredentials,
): Application | undefined {
  const application = applicationWithKey(state, credentials.clientKey);
  if (application === undefined) return undefined;
  const secret = credentialsOf(state, application)?.clientSecret ?? "";
  return isSameSecret(secret, credentials.clientSecret) ? application : undefined;
}

/** Reads key and secret from an `Authorization: Basic` header. */
export function basicCredentials(authorization: string | undefined): AppCredentials | undefined {
  const encoded = /^Basic\s+([\w+/=-]+)\s*$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [clientKey = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { clientKey, clientSecret: rest.join(":") };
}

/** Returns a session to the application that it belongs to. @throws Problem 401, 403, 410 */
export function sessionOfApplication(
  state: State,
  id: string,
  credentials: AppCredentials,
): AppSession {
  const application = authenticateApplication(state, credentials);
  if (application === undefined) throw unauthorizedProblem();
  const session = state.get("appsessions", id);
  if (session === undefined) throw noPermissionProblem("read", "AppSession");
  if (session.applicationId !== application.id) {
    const message = "App credentials do not match AppSession application";
    throw new Problem(403, "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS", message);
  }
  if (session.removed === true) throw removedProblem();
  return session;
}

/** Whether a browser may be redirected to `uri`. For loopback addresses scheme and port are not compared. */
export function mayRedirectTo(state: State, application: Application, uri: string): boolean {
  const registered = isEmulatorApplication(state, application)
    ? EMULATOR_REDIRECT_URI
    : application.redirectUri;
  if (registered === undefined || !isRedirectableAddress(uri)) return false;
  const [requested, known] = [new URL(uri), new URL(registered)];
  if (requested.href === known.href) return true;
  return (
    isLocalAddress(requested) && isLocalAddress(known) && requested.pathname === known.pathname
  );
}

function credentialsOf(state: State, application: Application): AppCredentials | undefined {
  if (isEmulatorApplication(state, application)) return OWN_CREDENTIALS;
  const { clientKey, clientSecret } = application;
  if (clientKey === undefined || clientSecret === undefined) return undefined;
  return { clientKey, clientSecret };
}

function isEmulatorApplication(state: State, application: Application): boolean {
  return state.need("settings", "own-application").value === application.id;
}

function isRedirectableAddress(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hash, username } = new URL(uri);
  return /^https?:$/.test(protocol) && hash === "" && username === "";
}

function isLocalAddress({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Compares in constant time. */
function isSameSecret(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
