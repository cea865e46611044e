import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { ByteBudget } from "../../src/core/byte-budget.ts";

/** Lets everything that can go on now go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

interface Taking {
  isGiven: boolean;
  giveBack: () => void;
}

/** Takes `bytes`, and notes when it has them. */
function taking(budget: ByteBudget, bytes: number): Taking {
  const taken: Taking = { isGiven: false, giveBack: () => {} };
  const take = async (): Promise<void> => {
    taken.giveBack = await budget.take(bytes, neverAborted);
    taken.isGiven = true;
  };
  void take();
  return taken;
}

describe("a budget of bytes", () => {
  it("grants exactly its limit", async () => {
    const budget = new ByteBudget(100);
    const takers = [60, 40, 1].map((bytes) => taking(budget, bytes));
    await settled();
    expect(takers.map(({ isGiven }) => isGiven)).toEqual([true, true, false]);
  });

  it("counts bytes that are released twice only once", async () => {
    const budget = new ByteBudget(100);
    const giveBack = await budget.take(60, neverAborted);
    const other = taking(budget, 40);
    await settled();
    giveBack();
    giveBack();
    const takers = [60, 40].map((bytes) => taking(budget, bytes));
    await settled();
    expect(takers.map(({ isGiven }) => isGiven)).toEqual([true, false]);
    other.giveBack();
    await settled();
    expect(takers.map(({ isGiven }) => isGiven)).toEqual([true, true]);
  });

  it("gives more than all there is to one alone", async () => {
    const budget = new ByteBudget(100);
    const first = taking(budget, 1);
    const large = taking(budget, 1000);
    const behind = taking(budget, 1);
    await settled();
    expect([first, large, behind].map(({ isGiven }) => isGiven)).toEqual([true, false, false]);
    first.giveBack();
    await settled();
    expect([large, behind].map(({ isGiven }) => isGiven)).toEqual([true, false]);
    large.giveBack();
    await settled();
    expect(behind.isGiven).toBe(true);
  });
});
