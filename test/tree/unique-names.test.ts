import { describe, expect, it } from "vitest";
import { type Nameable, uniqueEntityNames, uniqueFileNames } from "../../src/tree/unique-names.ts";

/** `id: name` at the second `id`, or `id@second: name`. */
function parse(text: string): Nameable {
  const [, id = "", at = id, name = ""] = /^(\d+)(?:@(\d+))?: ([^]*)$/.exec(text) ?? [];
  return { id, name, dateCreatedMs: Number(at) * 1000 };
}

function namesById(named: ReadonlyMap<string, Nameable>): Record<string, string> {
  return Object.fromEntries([...named].map(([name, { id }]) => [id, name]));
}

const entities = (...texts: string[]): Record<string, string> =>
  namesById(uniqueEntityNames(texts.map(parse), new Set([".json", ".id"])));

const files = (texts: string[], folders: string[] = []): Record<string, string> =>
  namesById(uniqueFileNames(texts.map(parse), folders.map(parse)));

describe("names of entities", () => {
  it("are their own where nothing else has them", () => {
    expect(entities("1: a", "2: b", "3: A")).toEqual({ 1: "a", 2: "b", 3: "A" });
  });

  it("[N5] stay with the oldest; every other has its Id behind it", () => {
    expect(entities("3: a", "1: a", "2: a")).toEqual({ 1: "a", 2: "a~2", 3: "a~3" });
  });

  it("go by DateCreated before Id, and by the Id's number", () => {
    expect(entities("1@9: a", "2@5: a")).toEqual({ 2: "a", 1: "a~1" });
    expect(entities("10@5: a", "9@5: a")).toEqual({ 9: "a", 10: "a~10" });
  });

  it("[N5] that are in use are not taken by a newcomer", () => {
    expect(entities("1: a", "2: a", "3: a~2")).toEqual({ 1: "a", 2: "a~2", 3: "a~2~3" });
    expect(entities("3@0: a~2", "1: a", "2: a")).toEqual({ 3: "a~2", 1: "a", 2: "a~2~2" });
  });

  it("that the directory needs itself have the Id", () => {
    expect(entities("5: .json", "6: .id", "7: .other")).toEqual({
      5: ".json~5",
      6: ".id~6",
      7: ".other",
    });
  });

  it("[N3] that are alike only once encoded are told apart", () => {
    expect(entities("1: a\ufffd", "2: a\ud800", "3: a？")).toEqual({
      1: "a？~1",
      2: "a？~2",
      3: "a？",
    });
  });

  it("[N8] are never normalised", () => {
    expect(entities("1: \u00e9", "2: e\u0301")).toEqual({ 1: "\u00e9", 2: "e\u0301" });
  });

  it("[N4] of 255 bytes stay whole, of 256 are cut and have the Id", () => {
    const fits = "x".repeat(255);
    expect(entities(`1: ${fits}`, `2: ${fits}y`)).toEqual({
      1: fits,
      2: `${"x".repeat(253)}~2`,
    });
  });

  it("are cut between characters", () => {
    const named = entities(`12: ${"é🧬".repeat(60)}`);
    expect(named[12]).toBe(`${"é🧬".repeat(42)}~12`);
  });

  it.each([
    [".fastq.gz", "~7.fastq.gz"],
    [".vcf.gz.tbi", "~7.vcf.gz.tbi"],
    [".bam", "~7.bam"],
    ["", "~7"],
  ])("[N4] that are too long keep their extensions %j at the end", (extensions, end) => {
    const name = entities(`7: ${"n".repeat(300)}${extensions}`)[7] ?? "";
    expect(name).toBe("n".repeat(255 - end.length) + end);
  });

  it("that fit, but not with the Id, are cut before their extensions too", () => {
    const name = `${"n".repeat(248)}.bam`;
    expect(entities(`1: ${name}`, `2222: ${name}`)).toEqual({
      1: name,
      2222: `${"n".repeat(246)}.bam~2222`,
    });
  });

  it("end, however they are made to collide", () => {
    const hostile = ["1: a", "2: a"];
    for (let times = 1; times < 150; times += 1) {
      hostile.push(`${1000 + times}@0: a${"~2".repeat(times)}`, `${5000 + times}@0: a~2~${times}`);
    }
    const named = entities(...hostile);
    expect(new Set(Object.values(named)).size).toBe(hostile.length);
  });
});

describe("names of files", () => {
  it("[N6] are with the newest version; older ones have their Ids behind them", () => {
    expect(files(["1: a.bam", "3: a.bam", "2: a.bam"])).toEqual({
      3: "a.bam",
      2: "a.bam~2",
      1: "a.bam~1",
    });
  });

  it("[N7] give way to a folder of the same name", () => {
    expect(files(["5: data", "6: other"], ["9: data"])).toEqual({
      9: "data",
      5: "data~5",
      6: "other",
    });
  });

  it("are their own before any name that has an Id behind it", () => {
    expect(files(["10: a", "12: a", "5: a~10"])).toEqual({ 12: "a", 5: "a~10", 10: "a~10~10" });
  });

  it("of folders that cannot be shown as they are have an Id", () => {
    expect(files([], ["4: a\ufffd", "5: a？", "6: a\ud800"])).toEqual({
      4: "a？~4",
      5: "a？",
      6: "a？~6",
    });
  });
});
