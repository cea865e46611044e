import { describe, expect, it } from "vitest";
import { decodeName, encodeName, isLossy } from "../../src/tree/encoding.ts";

describe("encodeName", () => {
  it.each([
    ["plain name.txt", "plain name.txt"],
    [" spaces  stay ", " spaces  stay "],
    ["Demo: set (A/B)", "Demo: set (A／B)"],
    ["/", "／"],
    ["a\0b", "a␀b"],
    ["line\nfeed\ttab", "line␊feed␉tab"],
    ["\x1f\x7f", "␟␡"],
    [".", "．"],
    ["..", "．．"],
    ["...", "..."],
    [".hidden", ".hidden"],
    ["", "‛"],
    ["‛", "‛‛"],
    ["a／b", "a‛／b"],
    ["␀", "‛␀"],
    ["␡", "‛␡"],
    ["．", "‛．"],
    ["␠", "␠"],
    ["？", "？"],
    ["Ä é ü 中文 🧬", "Ä é ü 中文 🧬"],
    ["e\u0301", "e\u0301"],
    ["\u0085", "\u0085"],
  ])("[N2] %j is %j, and back", (name, encoded) => {
    expect(encodeName(name)).toBe(encoded);
    expect(decodeName(encoded)).toBe(name);
  });

  it.each([["a\ufffdb"], ["a\ud800b"], ["a\udc00b"]])("%j cannot be turned back", (name) => {
    expect(encodeName(name)).toBe("a？b");
    expect(isLossy(name)).toBe(true);
  });

  it("knows a pair of surrogates from a lone one", () => {
    expect(isLossy("🧬")).toBe(false);
  });
});
