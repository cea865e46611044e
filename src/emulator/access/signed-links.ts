import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { percentEncoded } from "../text/text.ts";

/** The headers that a link makes the object store send. */
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
  /** A URL with the placeholders `{PartNumber}` and `{Signature}`. */
  readonly template: string;
  /** In the order of the parts. */
  readonly signatures: readonly string[];
  /** Fills in the template for a part; parts count from 1. */
  readonly url: (part: number) => string;
}

export type LinkCheck = "valid" | "badExpires" | "expired" | "unsigned" | "forged";

export interface LinkOptions {
  readonly secret: string;
  /** The origin, optionally with a path, to which keys are appended. */
  readonly baseUrl: () => string;
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

const ACCESS_KEY = "EXAMPLEBSMOUNTEMULATOR";

/**
 * Signs and verifies links to objects, in the older of the object store's two forms: `AWSAccessKeyId`, `Expires` in
 * seconds since 1970, the two `response-…` headers, `Signature`.
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

  /** Checks a link that reads content, by GET or HEAD. */
  check(key: string, query: URLSearchParams): LinkCheck {
    const values = ["response-content-disposition", "response-content-type"].map(
      (name) => query.get(name) ?? "",
    );
    return this.#verdict(query, (expires) => this.#signature("GET", key, [expires, ...values]));
  }

  /** Signs links to which the parts of an upload are sent. They expire as links to content do. */
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

  /** Checks a link to which a part is sent. */
  checkPart(uploadId: string, query: URLSearchParams): LinkCheck {
    const part = query.get("partNumber") ?? "";
    return this.#verdict(query, (expires) => this.#signature("PUT", uploadId, [expires, part]));
  }

  #verdict(query: URLSearchParams, signed: (expires: string) => string): LinkCheck {
    const expires = query.get("Expires");
    const signature = query.get("Signature");
    if (expires === null || signature === null) return "unsigned";
    if (!/^\d{1,12}$/.test(expires)) return "badExpires";
    if (Number(expires) * 1000 <= this.#options.clock.now()) return "expired";
    return isSameSignature(signature, signed(expires)) ? "valid" : "forged";
  }

  /** The signature covers the method and each value separately, so that a signature of a PUT is valid for nothing else. */
  #signature(method: "GET" | "PUT", key: string, values: readonly string[]): string {
    const text = JSON.stringify([method, key, ...values]);
    return createHmac("sha1", this.#options.secret).update(text).digest("base64");
  }
}

function isSameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
