import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const LOOPBACK = /^((?:[\w-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])$/;
const SHOWN_CHARACTERS = 100;

/** Sends a refusal in the form of one of the two servers; `host` is safe to show in JSON. */
export type SendMisdirected = (reply: FastifyReply, host: string) => FastifyReply;

/**
 * Refuses requests whose `Host` is none of the emulator's: a loopback name or address, the local address of the
 * connection, or one of `names` (host names without port). This stops DNS rebinding: a page of another site whose
 * name is later resolved to this machine still sends that site's name. Ports are not compared, because proxies
 * and containers use other ports.
 */
export function refuseUnknownHosts(
  app: FastifyInstance,
  names: readonly string[],
  send: SendMisdirected,
): void {
  const known = new Set(names.map((name) => hostnameOf(urlHost(name)) ?? ""));
  app.addHook("onRequest", (request, reply, done) => {
    const { host } = request.headers;
    // Every HTTP/1.1 request has one; a client that sends HTTP/1.0 without it is not a browser.
    if (host === undefined || isKnownHost(host, known, request)) done();
    else send(reply, host.slice(0, SHOWN_CHARACTERS));
  });
}

/** Whether a `Host` is a name or address that always means this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(hostnameOf(host) ?? "");
}

function isKnownHost(host: string, known: ReadonlySet<string>, request: FastifyRequest): boolean {
  const hostname = hostnameOf(host);
  if (hostname === undefined) return false;
  if (LOOPBACK.test(hostname) || known.has(hostname)) return true;
  const address = (request.raw.socket.localAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  return hostname === hostnameOf(urlHost(address));
}

/** Puts an IPv6 address in brackets, as URLs need it. */
function urlHost(name: string): string {
  return /^[^[].*:.*:/.test(name) ? `[${name}]` : name;
}

/** Normalizes a host as URLs do: lower case, no port, IPv6 short and in brackets; undefined for an invalid one. */
function hostnameOf(host: string): string | undefined {
  if (/[\s/\\?#@]/.test(host) || host === "") return undefined;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}
