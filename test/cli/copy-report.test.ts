import { readdir, readFile, stat } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { CopyReport } from "../../src/cli/copy/copy-report.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { tempDir } from "../helpers/temp-dir.ts";

it("prints as many of a hundred thousand failures as a person can read, and where the others are logged", async () => {
  await using dir = await tempDir();
  const printed: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write");
  stderr.mockImplementation((data) => printed.push(String(data)) > 0);
  try {
    const report = new CopyReport(false, dir.path);
    const { onFailure, onLeftOut } = report.callbacks((print) => print());
    for (let at = 0; at < 100_000; at += 1) {
      onFailure(new BsmountError("access-denied", `file ${at} is not yours`));
      onLeftOut(`the link ${at} leads nowhere`);
    }
    expect(report.close()).toBe(4);
  } finally {
    stderr.mockRestore();
  }
  const text = printed.join("");
  expect(text.length).toBeLessThan(64 * 1024);
  expect(text).toContain("bsmount: file 0 is not yours");
  const shown = text.match(/not yours|leads nowhere/g)?.length ?? 0;
  const [name = ""] = await readdir(dir.join("log"));
  const path = dir.join("log", name);
  expect(text).toContain(`${200_000 - shown} more problems are in ${path}\n`);
  const kept = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(kept).toHaveLength(200_000 - shown);
  expect(kept.at(-2)).toBe("file 99999 is not yours");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(text).toMatch(/copied 0 files, 100000 could not be copied\n$/);
});
