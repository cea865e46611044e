import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { BsmountError, describeError, reasonOf } from "../../src/core/errors.ts";
import { createLogger } from "../../src/core/logger.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const LINK = `https://bucket.s3.amazonaws.com/abc/x.bam?AWSAccessKeyId=KEY&Expires=1&Signature=${TOKEN}`;

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
      cause: new Error("no response", { cause: new Error("ECONNRESET") }),
    });
    expect(describeError(error)).toBe("cannot list projects: no response: ECONNRESET");
    expect(reasonOf(error)).toBe("timeout");
    expect(reasonOf(new DOMException("x", "AbortError"))).toBe("aborted");
    expect(reasonOf("thrown text")).toBe("unavailable");
  });
});
