import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const LOOPBACK = /^((?:[\w-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])$/;
const SHOWN_CHARACTERS = 100;

/** Sends a refusal in the form of the half that was asked; `host` is safe to show in JSON. */
export type SendMisdirected = (reply: FastifyReply, host: string) => FastifyReply;

/**
 * Answers only requests that call the emulator by a name of its own: a loopback name or address, the address
 * that the connection came to, or one of `names` (host names without port). A page of another site, whose name
 * was bound to this machine's address after it was loaded, still calls it by that site's name. Ports do
 * not matter: proxies and containers have ports of their own.
 */
export function onlyKnownHosts(
  app: FastifyInstance,
  names: readonly string[],
  send: SendMisdirected,
): void {
  const known = new Set(names.map((name) => hostnameOf(inUrl(name)) ?? ""));
  app.addHook("onRequest", (request, reply, done) => {
    const { host } = request.headers;
    // HTTP/1.1 has one in each request; what speaks 1.0 without it is no browser.
    if (host === undefined || isKnown(host, known, request)) done();
    else send(reply, host.slice(0, SHOWN_CHARACTERS));
  });
}

/** Whether a `Host` is a name or address that leads to nowhere but this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(hostnameOf(host) ?? "");
}

function isKnown(host: string, known: ReadonlySet<string>, request: FastifyRequest): boolean {
  const hostname = hostnameOf(host);
  if (hostname === undefined) return false;
  if (LOOPBACK.test(hostname) || known.has(hostname)) return true;
  const address = (request.raw.socket.localAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  return hostname === hostnameOf(inUrl(address));
}

/** An address of IPv6 stands in brackets there. */
function inUrl(name: string): string {
  return /^[^[].*:.*:/.test(name) ? `[${name}]` : name;
}

/** In the form of a URL: lower case, no port, IPv6 in brackets and short; undefined for what is no host. */
function hostnameOf(host: string): string | undefined {
  if (/[\s/\\?#@]/.test(host) || host === "") return undefined;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}
