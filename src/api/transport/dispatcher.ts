import { BsmountError } from "../../core/errors.ts";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { lookup } from "./loopback-lookup.ts";
import { ProxyDispatcher } from "./proxy-dispatcher.ts";
import { type EnvironmentVariables, trustedAuthorities } from "./trust.ts";

export interface DispatcherOptions {
  readonly variables: EnvironmentVariables;
  /** Connections to one origin. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * What the environment says of proxies; undefined when it names none.
 *
 * @throws BsmountError `environment` for a proxy that is not spoken to by HTTP
 */
export function proxySettings(variables: EnvironmentVariables): ProxySettings | undefined {
  const httpProxy = proxyOf(variables, "HTTP_PROXY");
  const httpsProxy = proxyOf(variables, "HTTPS_PROXY");
  if (httpProxy === "" && httpsProxy === "") return undefined;
  const noProxy = variables["no_proxy"] || variables["NO_PROXY"] || "";
  return { httpProxy, httpsProxy, noProxy };
}

/** The value may hold a password, so the error does not repeat it. */
function proxyOf(variables: EnvironmentVariables, name: string): string {
  const value = variables[name.toLowerCase()] || variables[name] || "";
  if (value === "" || /^https?:\/\/[^/]/i.test(value)) return value;
  throw new BsmountError("environment", `${name} does not name an HTTP proxy`, {
    remedy: "write it as http://host:port, or unset it",
  });
}

/**
 * The pool of HTTP connections of one client, through a proxy where the environment names one; never to this
 * machine itself.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const secureContext = trustedAuthorities(options.variables);
  const tls = secureContext === undefined ? {} : { secureContext };
  const agent: Agent.Options = {
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: options.connectTimeoutMs, lookup, ...tls },
  };
  const proxy = proxySettings(options.variables);
  if (proxy === undefined) return new Agent(agent);
  const proxied = new EnvHttpProxyAgent({ ...agent, ...proxy, requestTls: tls, proxyTls: tls });
  return new ProxyDispatcher(proxied, new Agent(agent));
}
