import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataNamesOf, withIndexes } from "../../src/core/index-files.ts";

const grouped = (...names: string[]): string[] =>
  withIndexes(names, (name) => name).map(({ data, indexes }) => [data, ...indexes].join(" < "));

describe("an index", () => {
  it.each([
    ["x.bam.bai", "x.bam"],
    ["x.bai", "x.bam"],
    ["x.bam.csi", "x.bam"],
    ["x.csi", "x.vcf.gz"],
    ["x.vcf.gz.tbi", "x.vcf.gz"],
    ["x.tbi", "x.vcf.gz"],
    ["x.cram.crai", "x.cram"],
    ["x.crai", "x.cram"],
    ["x.fa.fai", "x.fa"],
    ["x.fai", "x.fasta"],
    ["x.fa.gz.gzi", "x.fa.gz"],
    ["x.vcf.idx", "x.vcf"],
    ["X.BAM.BAI", "X.BAM"],
    ["/a.b/x.bam.bai", "/a.b/x.bam"],
  ])("%s comes behind %s, whichever is listed first", (index, data) => {
    expect(grouped(index, data)).toEqual([`${data} < ${index}`]);
    expect(grouped(data, "other", index)).toEqual([`${data} < ${index}`, "other"]);
  });

  it("comes behind the file that its name holds rather than one of the same stem", () => {
    expect(grouped("x.bam", "x.bam.bam", "x.bam.bai")).toEqual(["x.bam < x.bam.bai", "x.bam.bam"]);
  });

  it("of an index comes behind both, and several behind their one file", () => {
    expect(grouped("x.fa.gz.gzi.idx", "x.fa.gz.fai", "x.fa.gz.gzi", "x.fa.gz")).toEqual([
      "x.fa.gz < x.fa.gz.fai < x.fa.gz.gzi < x.fa.gz.gzi.idx",
    ]);
  });

  it("whose data is not there is a file like any other", () => {
    expect(grouped("x.bai", "y.bam", ".bai", "bai", "x.bam.txt")).toEqual([
      "x.bai",
      "y.bam",
      ".bai",
      "bai",
      "x.bam.txt",
    ]);
    expect(dataNamesOf("x.bam")).toEqual([]);
  });
});

describe("any files", () => {
  it("are each there once, and none before its data", () => {
    const part = fc.constantFrom("x", ".bam", ".bai", ".gz", ".csi", ".vcf", ".idx", ".fa", ".fai");
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const groups = withIndexes(names, (one) => one);
        const order = groups.flatMap(({ data, indexes }) => [data, ...indexes]);
        expect(order.toSorted()).toEqual(names.toSorted());
        for (const index of names) {
          const data = dataNamesOf(index).find((candidate) => names.includes(candidate));
          if (data === undefined) continue;
          const group = groups.find(({ indexes }) => indexes.includes(index));
          const within = [group?.data, ...(group?.indexes ?? [])];
          expect(within.indexOf(data)).toBeGreaterThanOrEqual(0);
          expect(within.indexOf(data)).toBeLessThan(within.indexOf(index));
        }
      }),
    );
  });
});
