import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METHODS, parityTable, ROWS, STRAY } from "./table.ts";
import { createWorld, type World } from "./world.ts";

/** Billing, launching and what shows variants: what is no longer among them has a row, and none joins unseen. */
const LATE: readonly string[] = [
  "BaseSpaceAPI.getGenomeById",
  "BaseSpaceAPI.getAvailableGenomes",
  "BaseSpaceAPI.getIntervalCoverage",
  "BaseSpaceAPI.getCoverageMetaInfo",
  "BaseSpaceAPI.filterVariantSet",
  "BaseSpaceAPI.getVariantMetadata",
  "BillingAPI.__init__",
  "BillingAPI.createPurchase",
  "BillingAPI.getPurchaseById",
  "BillingAPI.getUserProducts",
  "BillingAPI.refundPurchase",
  "File.getIntervalCoverage",
  "File.getCoverageMeta",
  "File.filterVariant",
  "File.getVariantMeta",
  "QueryParametersPurchasedProduct.getParameterDict",
  "QueryParametersPurchasedProduct.validate",
  "AppLaunchHelpers.AppSessionMetaData",
  "AppLaunchHelpers.LaunchSpecification",
  "AppLaunchHelpers.LaunchPayload",
  "Exceptions.LaunchSpecificationException",
];

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => await world[Symbol.asyncDispose]());

describe("BaseSpacePy's methods", () => {
  test("each have exactly one row, and there is no other", () => {
    expect(ROWS.map(({ python }) => python)).toEqual(METHODS);
    expect(STRAY).toEqual([]);
  });

  test.each(ROWS.filter((row) => row.test !== undefined).map((row) => [row.python, row] as const))(
    "%s has what takes its place, at work against the local BaseSpace",
    async (_name, row) => {
      world.emulator.clearFaults();
      await row.test?.(world);
      expect.hasAssertions();
    },
  );

  test("that come later are these, and no other", () => {
    expect(ROWS.filter((row) => row.test === undefined).map(({ python }) => python)).toEqual(LATE);
  });
});

/** Cells without the padding that the formatter puts in. */
function squeeze(markdown: string): string {
  return markdown
    .replace(/[ \t]+/g, " ")
    .replace(/-{3,}/g, "---")
    .trim();
}

const README = new URL("../../README.md", import.meta.url);
const SHOWN = /(<!-- parity -->\n)([^]*?)(<!-- \/parity -->)/;

/** After a change of the rows: `BSMOUNT_WRITE_README=1 npx vitest run test/parity`, then `npm run format`. */
function writeReadme(): void {
  const text = readFileSync(README, "utf8");
  const written = text.replace(SHOWN, (_all, begin: string, _old: string, end: string) => {
    return `${begin}\n${parityTable()}\n\n${end}`;
  });
  writeFileSync(README, written);
}

test("the README shows the table as the rows have it", () => {
  if (process.env["BSMOUNT_WRITE_README"] === "1") writeReadme();
  const shown = SHOWN.exec(readFileSync(README, "utf8"))?.[2] ?? "";
  expect(squeeze(shown)).toBe(squeeze(parityTable()));
});
