import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Tokens against cross-site request forgery. A token proves that a form was sent from a page of this server and for
 * what that page showed: another site can make a browser send a form, but cannot read the page to get the token.
 */
export class FormTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** `pageContent` is what the page shows and the form repeats. */
  sign(pageContent: readonly string[], expiresMs: number): string {
    return `${expiresMs}.${this.#signature(pageContent, expiresMs)}`;
  }

  isValid(token: string, pageContent: readonly string[], nowMs: number): boolean {
    const [expires = "", signature = ""] = token.split(".");
    const expiresMs = Number(expires);
    if (!/^\d{1,15}$/.test(expires) || expiresMs <= nowMs) return false;
    const [actual, expected] = [signature, this.#signature(pageContent, expiresMs)].map((t) =>
      Buffer.from(t),
    );
    return (
      actual?.length === expected?.length &&
      timingSafeEqual(actual ?? Buffer.alloc(0), expected ?? Buffer.alloc(0))
    );
  }

  #signature(pageContent: readonly string[], expiresMs: number): string {
    const text = JSON.stringify(["form", expiresMs, ...pageContent]);
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }
}
