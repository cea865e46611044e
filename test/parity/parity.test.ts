import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METHODS, parityPage, ROWS, STRAY } from "./table.ts";
import { createWorld, type World } from "./world.ts";

/** Billing: what is no longer among them has a row, and none joins unseen. */
const LATE: readonly string[] = [
  "BillingAPI.__init__",
  "BillingAPI.createPurchase",
  "BillingAPI.getPurchaseById",
  "BillingAPI.getUserProducts",
  "BillingAPI.refundPurchase",
  "QueryParametersPurchasedProduct.getParameterDict",
  "QueryParametersPurchasedProduct.validate",
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

const PAGE = new URL("../../docs/from-basespacepy.md", import.meta.url);

/** After a change of the rows: `BSMOUNT_WRITE_DOCS=1 npx vitest run test/parity`. */
test("the page for users of BaseSpacePy has the table as the rows have it", () => {
  if (process.env["BSMOUNT_WRITE_DOCS"] === "1") writeFileSync(PAGE, parityPage());
  expect(readFileSync(PAGE, "utf8")).toBe(parityPage());
});
