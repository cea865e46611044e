import { createHash, timingSafeEqual } from "node:crypto";
import { noPermission, Problem, removed, unauthorized } from "../http/problem.ts";
import type { Application, AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";

/** What an app shows to prove that it is this app. */
export interface AppCredentials {
  readonly clientKey: string;
  readonly clientSecret: string;
}

/**
 * The credentials of the emulator's own application, the same in every account: something to sign in with
 * where the catalog registers no app. Its redirect address is `http://localhost/`.
 */
export const OWN_CREDENTIALS: AppCredentials = {
  clientKey: "0123456789abcdef0123456789abcdef",
  clientSecret: "fedcba9876543210fedcba9876543210",
};
const OWN_REDIRECT_URI = "http://localhost/";

export function applicationOfKey(state: State, clientKey: string): Application | undefined {
  for (const application of state.all("applications")) {
    if (credentialsOf(state, application)?.clientKey === clientKey) return application;
  }
  return undefined;
}

/** The application whose key and secret these are. */
export function authenticate(state: State, given: AppCredentials): Application | undefined {
  const application = applicationOfKey(state, given.clientKey);
  if (application === undefined) return undefined;
  const secret = credentialsOf(state, application)?.clientSecret ?? "";
  return isSame(secret, given.clientSecret) ? application : undefined;
}

/** Key and secret of an `Authorization: Basic` header. */
export function basicCredentials(authorization: string | undefined): AppCredentials | undefined {
  const encoded = /^Basic\s+([\w+/=-]+)\s*$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [clientKey = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { clientKey, clientSecret: rest.join(":") };
}

/** A session, for the app that it belongs to. @throws Problem 401, 403, 410 */
export function sessionOfApplication(state: State, id: string, given: AppCredentials): AppSession {
  const application = authenticate(state, given);
  if (application === undefined) throw unauthorized();
  const session = state.get("appsessions", id);
  if (session === undefined) throw noPermission("read", "AppSession");
  if (session.applicationId !== application.id) {
    const message = "App credentials do not match AppSession application";
    throw new Problem(403, "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS", message);
  }
  if (session.removed === true) throw removed();
  return session;
}

/** Whether a browser may be sent there; scheme and port of this machine's names do not matter. */
export function mayRedirectTo(state: State, application: Application, uri: string): boolean {
  const registered = isOwn(state, application) ? OWN_REDIRECT_URI : application.redirectUri;
  if (registered === undefined || !isPlainAddress(uri)) return false;
  const [asked, known] = [new URL(uri), new URL(registered)];
  if (asked.href === known.href) return true;
  return isLocal(asked) && isLocal(known) && asked.pathname === known.pathname;
}

function credentialsOf(state: State, application: Application): AppCredentials | undefined {
  if (isOwn(state, application)) return OWN_CREDENTIALS;
  const { clientKey, clientSecret } = application;
  if (clientKey === undefined || clientSecret === undefined) return undefined;
  return { clientKey, clientSecret };
}

function isOwn(state: State, application: Application): boolean {
  return state.need("settings", "own-application").value === application.id;
}

function isPlainAddress(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hash, username } = new URL(uri);
  return /^https?:$/.test(protocol) && hash === "" && username === "";
}

function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Takes the same time wherever two secrets differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
