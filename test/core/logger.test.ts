import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { BsmountError, describeError, reasonOf } from "../../src/core/errors.ts";
import { createLogger } from "../../src/core/logger.ts";
import { redactText, redactValue } from "../../src/core/redact.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const LINK = `https://bucket.s3.amazonaws.com/abc/x.bam?AWSAccessKeyId=KEY&Expires=1&Signature=${TOKEN}`;

describe("redaction", () => {
  it.each([
    `Authorization: Bearer ${TOKEN}`,
    `GET ${LINK} failed`,
    `access_token=${TOKEN}&x=1`,
    `{"access_token":"${TOKEN}"}`,
    `{"device_code": "${TOKEN}"}`,
    `x-access-token: ${TOKEN}`,
    `client_secret=${TOKEN}`,
  ])("hides the secret of %j", (text) => expect(redactText(text)).not.toContain(TOKEN));

  it("keeps what helps: hosts and paths", () => {
    expect(redactText(LINK)).toBe("https://bucket.s3.amazonaws.com/abc/x.bam?…");
  });

  it("hides secrets in nested values and in an error's causes", () => {
    const cause = new Error(`401 for Bearer ${TOKEN}`);
    const value = {
      accessToken: TOKEN,
      deep: [{ headers: { Authorization: TOKEN }, link: LINK }],
      error: new BsmountError("unavailable", "asking failed", { cause }),
    };
    expect(JSON.stringify(redactValue(value))).not.toContain(TOKEN);
    expect(JSON.stringify(redactValue(value))).toContain("asking failed");
  });
});

describe("the logger", () => {
  it("[S1] writes JSON lines without secrets", () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const logger = createLogger("info", sink);
    logger.info({ link: LINK, err: new Error(`Bearer ${TOKEN}`) }, `opened ${LINK}`);
    logger.error(new Error(`access_token=${TOKEN}`));
    logger.error({ err: new Error(`access_token=${TOKEN}`) });
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain(TOKEN);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info" });
  });
});

describe("errors", () => {
  it("tell the whole chain once", () => {
    const error = new BsmountError("timeout", "cannot list projects", {
      cause: new Error("no answer", { cause: new Error("ECONNRESET") }),
    });
    expect(describeError(error)).toBe("cannot list projects: no answer: ECONNRESET");
    expect(reasonOf(error)).toBe("timeout");
    expect(reasonOf(new DOMException("x", "AbortError"))).toBe("aborted");
    expect(reasonOf("thrown text")).toBe("unavailable");
  });
});
