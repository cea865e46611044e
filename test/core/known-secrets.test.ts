import { describe, expect, it } from "vitest";
import {
  hideKnownSecrets,
  jsonWithoutSecrets,
  rememberSecret,
} from "../../src/core/known-secrets.ts";
import { createLogger } from "../../src/core/logger.ts";
import { redactText, redactValue } from "../../src/core/redact.ts";
import { shownText } from "../../src/core/shown-text.ts";

const SECRET = 'q1w2"e3+r4/t5=y6u7';

describe("[S1] a secret that this process works with", () => {
  rememberSecret(SECRET);

  it.each([
    ["plain", (secret: string) => `project ${secret} is there`],
    ["encoded for an address", (secret: string) => `/x/${encodeURIComponent(secret)}/y`],
    ["inside JSON", (secret: string) => JSON.stringify({ name: `a ${secret}` })],
    ["in capitals", (secret: string) => `PROJECT ${secret.toUpperCase()}`],
    ["several times", (secret: string) => `${secret}${secret} ${secret}`],
  ])("is not shown where it stands %s", (_how, text) => {
    for (const shown of [hideKnownSecrets(text(SECRET)), redactText(text(SECRET))]) {
      expect(shown).toContain("…");
      expect(shown).not.toMatch(/q1w2|r4/i);
    }
  });

  it("is not shown half where a text is cut", () => {
    for (let length = 1; length < 30; length += 1) {
      expect(shownText(`0123456789${SECRET}9876543210`, length)).not.toContain("q1");
    }
  });

  it("is in no value, no name of a value and no log", () => {
    const value = { [SECRET]: [{ text: `a ${SECRET}` }], error: new Error(SECRET) };
    expect(JSON.stringify(redactValue(value))).not.toContain("q1w2");
    const lines: string[] = [];
    const logger = createLogger("info", { write: (line) => void lines.push(line) });
    logger.info(value, `said ${SECRET}`);
    logger.error(new Error(SECRET));
    expect(lines.join("")).not.toContain("q1w2");
    expect(lines).toHaveLength(2);
  });

  it("leaves JSON as it is otherwise", () => {
    const json = jsonWithoutSecrets({ a: [1, null, true, SECRET], b: { c: `x${SECRET}` } });
    expect(JSON.parse(json)).toEqual({ a: [1, null, true, "…"], b: { c: "x…" } });
  });

  it("is forgotten when 64 others came after it; a short text is none", () => {
    rememberSecret("project-results");
    expect(hideKnownSecrets("project-results")).toBe("project-results");
    for (let other = 0; other < 64; other += 1) rememberSecret(`another secret ${other}.`);
    expect(hideKnownSecrets(`${SECRET} another secret 0.`)).toBe(`${SECRET} …`);
  });
});
