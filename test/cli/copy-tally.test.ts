import { expect, it, vi } from "vitest";
import { Tally } from "../../src/cli/copy/tally.ts";
import { BsmountError } from "../../src/core/errors.ts";

it("tells of a hundred thousand failures as much as somebody can read, and how many more there are", () => {
  const told: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write");
  stderr.mockImplementation((data) => told.push(String(data)) > 0);
  try {
    const tally = new Tally(false);
    const { onFailure, onLeftOut } = tally.counting((print) => print());
    for (let at = 0; at < 100_000; at += 1) {
      onFailure(new BsmountError("access-denied", `file ${at} is not yours`));
      onLeftOut(`the link ${at} leads nowhere`);
    }
    expect(tally.close()).toBe(4);
  } finally {
    stderr.mockRestore();
  }
  const text = told.join("");
  expect(text.length).toBeLessThan(64 * 1024);
  expect(text).toContain("bsmount: file 0 is not yours");
  const shown = text.match(/not yours|leads nowhere/g)?.length ?? 0;
  expect(text).toContain(`${200_000 - shown} more problems are not shown`);
  expect(text).toMatch(/copied 0 files, 100000 could not be copied\n$/);
});
