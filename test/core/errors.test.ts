import { expect, it } from "vitest";
import { BsmountError, describeError } from "../../src/core/errors.ts";

it("an error and its causes are described without what an earlier one has said", () => {
  const refused = new BsmountError("gone", "POST /r/files: the service returned 409");
  const closed = new BsmountError("gone", "POST /r/files: no more files", { cause: refused });
  const final = new BsmountError("gone", `final: ${closed.message}`, { cause: closed });
  expect(describeError(final)).toBe(
    "final: POST /r/files: no more files: the service returned 409",
  );
  const other = new BsmountError("gone", "PUT /r/files: no more files", { cause: refused });
  expect(describeError(other)).toBe(
    "PUT /r/files: no more files: POST /r/files: the service returned 409",
  );
  const disk = new Error("ENOENT: no such file, open 'a'", { cause: new Error("ENOENT: b") });
  expect(describeError(disk)).toBe("ENOENT: no such file, open 'a': ENOENT: b");
});
