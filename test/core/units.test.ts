import { describe, expect, it } from "vitest";
import { formatBytes, parseDuration, parseSize } from "../../src/core/units.ts";

describe("units", () => {
  it.each([
    ["25000000", 25_000_000],
    ["128MiB", 128 * 1024 ** 2],
    ["1.5g", 1.5 * 1024 ** 3],
    ["2 GB", 2e9],
    ["0", 0],
  ])("reads the size %s", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    ["30s", 30_000],
    ["500ms", 500],
    ["5m", 300_000],
    ["2", 2000],
  ])("reads the duration %s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "MiB", "-1", "1 furlong", "1e9", "0x10"])(
    "refuses %j with its own words",
    (text) => {
      expect(() => parseSize(text)).toThrow(/is not a size such as 128MiB/);
      expect(() => parseDuration(text)).toThrow(/is not a duration/);
    },
  );

  it("writes bytes as people read them", () => {
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1536)).toBe("1.5 KiB");
    expect(formatBytes(3 * 1024 ** 4)).toBe("3.0 TiB");
  });
});
