import { BsmountError } from "../../core/errors.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** True for a host that is this machine, so that plain http stays on it. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * The origin of an API server, from what people write: with or without a trailing slash, with or
 * without `/v1pre3` or `/v2` behind it.
 *
 * @throws BsmountError `usage` for anything else, and for http to another machine unless `insecureHttp`
 */
export function apiOrigin(apiServer: string, insecureHttp: boolean): string {
  const url = parseUrl(apiServer);
  if (!["/", "/v1pre3", "/v2"].includes(url.pathname.replace(/(?<=.)\/$/, ""))) {
    throw notAnAddress(url.origin + url.pathname, "has a path behind the host");
  }
  if (`${url.username}${url.password}${url.search}${url.hash}` !== "") {
    throw notAnAddress(url.origin, "has a user name, a password, a query or a fragment");
  }
  if (url.protocol === "http:" && !isLoopback(url) && !insecureHttp) {
    throw notAnAddress(url.origin, "would send the access token in the clear");
  }
  return url.origin;
}

function parseUrl(apiServer: string): URL {
  if (!URL.canParse(apiServer)) throw notAnAddress(apiServer, "is not an address");
  const url = new URL(apiServer);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw notAnAddress(`${url.protocol}…`, "is neither https nor http");
  }
  return url;
}

function notAnAddress(what: string, problem: string): BsmountError {
  return new BsmountError("usage", `the API server ${JSON.stringify(what)} ${problem}`, {
    remedy: "give an origin such as https://api.basespace.illumina.com",
  });
}

/**
 * One segment of a path, from an Id or a name.
 *
 * @throws BsmountError `usage` for what is no text, `invalid` for what a URL cannot hold as a segment
 */
export function segment(value: string): string {
  if (typeof value !== "string") {
    const shown = value === undefined ? "undefined" : JSON.stringify(value).slice(0, 100);
    throw new BsmountError("usage", `${shown} is no Id: Ids are texts, such as "12"`);
  }
  // A lone surrogate has no encoding.
  if (/\p{Surrogate}/u.test(value) || value === "" || value === "." || value === "..") {
    throw new BsmountError(
      "invalid",
      `${JSON.stringify(value)} cannot be part of a request's path`,
    );
  }
  return encodeURIComponent(value);
}
