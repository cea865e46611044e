import { type Agent, Dispatcher } from "undici";
import { isLoopback } from "./address.ts";

/**
 * Sends requests to this machine directly, and others through a proxy. The sixteen million addresses of this machine
 * cannot be listed as exceptions of a proxy. Requests to them may be plain http, and must not leave the machine.
 */
export class ProxyDispatcher extends Dispatcher {
  readonly #proxied: Dispatcher;
  readonly #direct: Agent;

  /** Owns both dispatchers. */
  constructor(proxied: Dispatcher, direct: Agent) {
    super();
    this.#proxied = proxied;
    this.#direct = direct;
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const isLocal = isLoopback(new URL(String(options.origin)));
    return (isLocal ? this.#direct : this.#proxied).dispatch(options, handler);
  }

  override async close(): Promise<void> {
    await Promise.all([this.#proxied.close(), this.#direct.close()]);
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#proxied.destroy(), this.#direct.destroy()]);
  }
}
