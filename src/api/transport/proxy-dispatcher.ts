import { type Agent, Dispatcher } from "undici";
import { isLoopback } from "./address.ts";

/**
 * Sends to this machine itself, and through a proxy to all others. Addresses of this machine cannot be
 * listed as a proxy's exceptions, there are sixteen million; and what goes to one of them, in the clear
 * as the only thing that may, must not come out of it.
 */
export class ProxyDispatcher extends Dispatcher {
  readonly #proxied: Dispatcher;
  readonly #direct: Agent;

  /** Owns both. */
  constructor(proxied: Dispatcher, direct: Agent) {
    super();
    this.#proxied = proxied;
    this.#direct = direct;
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const isOurs = isLoopback(new URL(String(options.origin)));
    return (isOurs ? this.#direct : this.#proxied).dispatch(options, handler);
  }

  override async close(): Promise<void> {
    await Promise.all([this.#proxied.close(), this.#direct.close()]);
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#proxied.destroy(), this.#direct.destroy()]);
  }
}
