import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { percentEncoded } from "../text.ts";

/** The headers that a link asks the object store to answer with. */
export interface LinkHeaders {
  readonly contentDisposition: string;
  readonly contentType: string;
}

export interface SignedLink {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

export type LinkVerdict = "valid" | "expired" | "unsigned" | "forged";

export interface LinkOptions {
  readonly secret: string;
  /** The origin, and perhaps a path, that keys are appended to. */
  readonly baseUrl: () => string;
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

const ACCESS_KEY = "EXAMPLEBSMOUNTEMULATOR";

/**
 * Signed, expiring links to objects, in the older of the object store's two forms: `AWSAccessKeyId`,
 * `Expires` in seconds since 1970, the two `response-…` headers, `Signature`.
 */
export class SignedLinks {
  readonly #options: LinkOptions;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  sign(key: string, headers: LinkHeaders): SignedLink {
    const { clock, lifetimeMs, baseUrl } = this.#options;
    const expiresMs = clock.now() + lifetimeMs;
    const signed = [
      ["Expires", String(Math.floor(expiresMs / 1000))],
      ["response-content-disposition", headers.contentDisposition],
      ["response-content-type", headers.contentType],
    ] as const;
    const signature = this.#signature(
      key,
      signed.map(([, value]) => value),
    );
    const query = [["AWSAccessKeyId", ACCESS_KEY], ...signed, ["Signature", signature]]
      .map(([name, value]) => `${name}=${percentEncoded(value ?? "")}`)
      .join("&");
    return { url: `${baseUrl().replace(/\/+$/, "")}/${key}?${query}`, expiresMs };
  }

  check(key: string, query: URLSearchParams): LinkVerdict {
    const expires = query.get("Expires");
    const signature = query.get("Signature");
    if (expires === null || signature === null) return "unsigned";
    if (Number(expires) * 1000 <= this.#options.clock.now()) return "expired";
    const values = ["response-content-disposition", "response-content-type"].map(
      (name) => query.get(name) ?? "",
    );
    return equal(signature, this.#signature(key, [expires, ...values])) ? "valid" : "forged";
  }

  #signature(key: string, values: readonly string[]): string {
    const text = [key, ...values].join("\n");
    return createHmac("sha1", this.#options.secret).update(text).digest("base64");
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
