import { expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { FileReader } from "../../src/write/file-writer.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";

/* A new version begins with a copy of the old one. */

const here = useStagedFiles();

test("a new version is not begun with a part of the old one", async () => {
  const before: FileReader = {
    read: (offset, into) => (offset === 0 ? into.fill(1, 0, 40).subarray(0, 40).length : 0),
    close: () => {},
  };
  const old = { ...here.world.resultFile("f"), id: "5", sizeBytes: 100 };
  const writer = here.files.openNewVersion("5 f", old, before);
  const problem = { message: "BaseSpace returned 40 bytes of a file that has 100" };
  await expect(writer.write(100, Buffer.from("x"), neverAborted)).rejects.toMatchObject(problem);
  expect(() => writer.flush(async () => "closed", neverAborted)).toThrow(problem.message);
  writer.close();
  await here.files.finishing.finishAll(neverAborted);
  expect(await here.world.remote()).toEqual([]);
});
