import { requests } from "../core/telemetry.ts";

const UNAUTHORIZED = 401;

/** Watches the responses to all requests for whether the service accepts the token; sends none itself. */
export class TokenWatch implements Disposable {
  #refusedSince: string | undefined;
  readonly #stop = requests.subscribe(({ target, status }) => {
    if (target !== "api") return;
    if (status === UNAUTHORIZED) this.#refusedSince ??= new Date().toISOString();
    else if (status >= 200 && status < 400) this.#refusedSince = undefined;
  });

  /** When the token was refused first after it was last accepted, ISO 8601; undefined while it is accepted. */
  get refusedSince(): string | undefined {
    return this.#refusedSince;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
