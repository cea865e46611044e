import { expect, it } from "vitest";
import { createLogger } from "../../src/core/logger.ts";
import { printable, printableJson } from "../../src/core/terminal-text.ts";

const OBEYED: readonly (readonly [string, string, string])[] = [
  ["an escape sequence", "\u001b[2J", "␛[2J"],
  ["the eight-bit form of one", "\u009b2J", "�2J"],
  ["a delete", "\u007f", "␡"],
  ["a carriage return", "\r", "␍"],
  ["a right-to-left override", "\u202e", "�"],
  ["isolates", "\u2066\u2069", "��"],
  ["an Arabic letter mark", "\u061c", "�"],
  ["a separator of lines, and one of paragraphs", "\u2028\u2029", "��"],
];

it.each(OBEYED)("a terminal is shown %s, and does not obey it", (_what, text, shown) => {
  expect(printable(`a${text}b`)).toBe(`a${shown}b`);
});

it.each(OBEYED)("JSON has %s escaped, as the same value", (_what, text) => {
  const json = printableJson(JSON.stringify({ [text]: text }));
  expect(json).toMatch(/^[ -~]+$/);
  expect(JSON.parse(json)).toEqual({ [text]: text });
});

it("letters of every script stay as they are", () => {
  const text = "Ärzte, שלום, नमस्\u200dते, 👩\u200d🔬 – 標本";
  expect(printable(text)).toBe(text);
  expect(printableJson(JSON.stringify(text))).toBe(JSON.stringify(text));
});

it("a log has nothing that a terminal obeys but the ends of its lines", () => {
  const lines: string[] = [];
  const logger = createLogger("info", { write: (line) => void lines.push(line) });
  for (const [, text] of OBEYED) logger.info({ name: text }, text);
  expect(lines).toHaveLength(OBEYED.length);
  for (const line of lines) expect(line).toMatch(/^[ -~]+\n$/);
});
