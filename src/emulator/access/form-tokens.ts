import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Proofs that a form was sent from a page of this server and for what that page showed: another site can
 * make a browser send a form, but cannot read a page to get the proof.
 */
export class FormTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** `facts` are what the page shows and the form repeats. */
  sign(facts: readonly string[], expiresMs: number): string {
    return `${expiresMs}.${this.#signature(facts, expiresMs)}`;
  }

  isValid(token: string, facts: readonly string[], nowMs: number): boolean {
    const [expires = "", signature = ""] = token.split(".");
    const expiresMs = Number(expires);
    if (!/^\d{1,15}$/.test(expires) || expiresMs <= nowMs) return false;
    const [given, right] = [signature, this.#signature(facts, expiresMs)].map((t) =>
      Buffer.from(t),
    );
    return (
      given?.length === right?.length &&
      timingSafeEqual(given ?? Buffer.alloc(0), right ?? Buffer.alloc(0))
    );
  }

  #signature(facts: readonly string[], expiresMs: number): string {
    const text = JSON.stringify(["form", expiresMs, ...facts]);
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }
}
