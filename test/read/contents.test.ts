import { describe, expect, it } from "vitest";
import { Contents } from "../../src/read/contents.ts";
import type { Flight } from "../../src/read/flight.ts";
import { describeContent } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const ignore = (): void => {};

function contentsOver(kept = new Set<string>()): Contents {
  return new Contents(16, (key) => kept.has(key));
}

describe("Contents", () => {
  it("tells of unused blocks whoever has their content open, and nobody else", () => {
    const contents = contentsOver(new Set(["f.1"]));
    const told: string[] = [];
    const [a, b] = [1, 2].map((n) => (index: number) => void told.push(`${n}:${index}`));
    if (a === undefined || b === undefined) throw new Error("two listeners");
    const content = contents.open(FILE, a);
    contents.open(FILE, b);
    const other = contents.open(describeContent("g", 1000), ignore);
    contents.unused(content.key, 7);
    contents.unused(other.key, 8);
    contents.unused("nobody's", 9);
    contents.close(content, a);
    contents.unused(content.key, 5);
    contents.close(content, b);
    contents.unused(content.key, 6);
    expect(told).toEqual(["1:7", "2:7", "2:5"]);
  });

  it("keeps a content while somebody has it open, or something of it is fetched or kept", () => {
    const kept = new Set<string>();
    const contents = contentsOver(kept);
    const content = contents.open(FILE, ignore);
    contents.open(FILE, () => {});
    expect([content.readers, content.fileBlocks]).toEqual([2, 63]);
    contents.close(content, ignore);
    expect(contents.size).toBe(1);
    content.flights.set(0, {} as Flight);
    contents.close(content, ignore);
    expect(contents.size).toBe(1);
    kept.add(content.key);
    content.flights.clear();
    contents.forgetIfIdle(content.key);
    expect(contents.open(FILE, ignore)).toBe(content);
    contents.close(content, ignore);
    kept.clear();
    contents.forgetIfIdle(content.key);
    contents.forgetIfIdle(content.key);
    contents.forgetIfIdle("never seen");
    expect(contents.size).toBe(0);
    expect(contents.open(FILE, ignore)).not.toBe(content);
  });

  it("begins anew after a content was retired, and forgets the old one alone", () => {
    const contents = contentsOver();
    const old = contents.open(FILE, ignore);
    contents.retire(old);
    const fresh = contents.open(FILE, ignore);
    expect(fresh.key).not.toBe(old.key);
    contents.retire(old);
    contents.close(old, ignore);
    expect(contents.open(FILE, ignore)).toBe(fresh);
    expect([old.changed, fresh.changed, contents.size]).toEqual([true, false, 1]);
  });
});
