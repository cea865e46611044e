import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { percentEncoded } from "../text/text.ts";

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

/** Links for the parts of one upload, which differ in number and signature. */
export interface SignedParts {
  /** With `{PartNumber}` and `{Signature}` in it. */
  readonly template: string;
  /** In the order of the parts. */
  readonly signatures: readonly string[];
  /** The template filled in, for a part counted from 1. */
  readonly url: (part: number) => string;
}

export type LinkVerdict = "valid" | "badExpires" | "expired" | "unsigned" | "forged";

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
    const values = signed.map(([, value]) => value);
    const signature = this.#signature("GET", key, values);
    const query = [["AWSAccessKeyId", ACCESS_KEY], ...signed, ["Signature", signature]]
      .map(([name, value]) => `${name}=${percentEncoded(value ?? "")}`)
      .join("&");
    return { url: `${baseUrl().replace(/\/+$/, "")}/${key}?${query}`, expiresMs };
  }

  /** Whether the content may be read: by GET, and by HEAD, which is one without a body. */
  check(key: string, query: URLSearchParams): LinkVerdict {
    const values = ["response-content-disposition", "response-content-type"].map(
      (name) => query.get(name) ?? "",
    );
    return this.#verdict(query, (expires) => this.#signature("GET", key, [expires, ...values]));
  }

  /** Links that take the parts of an upload, for as long as others give contents. */
  signParts(uploadId: string, count: number): SignedParts {
    const { clock, lifetimeMs, baseUrl } = this.#options;
    const expires = String(Math.floor((clock.now() + lifetimeMs) / 1000));
    const signatures = Array.from({ length: count }, (_, at) =>
      this.#signature("PUT", uploadId, [expires, String(at + 1)]),
    );
    const start = `${baseUrl().replace(/\/+$/, "")}/${uploadId}?AWSAccessKeyId=${ACCESS_KEY}`;
    const template = `${start}&Expires=${expires}&partNumber={PartNumber}&Signature={Signature}`;
    return {
      template,
      signatures,
      url: (part) =>
        template
          .replace("{PartNumber}", String(part))
          .replace("{Signature}", percentEncoded(signatures[part - 1] ?? "")),
    };
  }

  /** Whether a part may be put there. */
  checkPart(uploadId: string, query: URLSearchParams): LinkVerdict {
    const part = query.get("partNumber") ?? "";
    return this.#verdict(query, (expires) => this.#signature("PUT", uploadId, [expires, part]));
  }

  #verdict(query: URLSearchParams, signed: (expires: string) => string): LinkVerdict {
    const expires = query.get("Expires");
    const signature = query.get("Signature");
    if (expires === null || signature === null) return "unsigned";
    if (!/^\d{1,12}$/.test(expires)) return "badExpires";
    if (Number(expires) * 1000 <= this.#options.clock.now()) return "expired";
    return equal(signature, signed(expires)) ? "valid" : "forged";
  }

  /** Of one method, and of values each in its own place: what signs a PUT signs nothing else. */
  #signature(method: "GET" | "PUT", key: string, values: readonly string[]): string {
    const text = JSON.stringify([method, key, ...values]);
    return createHmac("sha1", this.#options.secret).update(text).digest("base64");
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
