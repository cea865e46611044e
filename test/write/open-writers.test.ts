import { describe, expect, test } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { OpenWriters } from "../../src/write/open-writers.ts";
import type { ResultFile } from "../../src/write/result-file.ts";

const [A, B] = ["1" as AppResultId, "2" as AppResultId];
const writer = (appResultId: AppResultId, path: string): ResultFile & { path: string } => {
  return { appResultId, resultPath: `/r${appResultId}`, path };
};

describe("open writers", () => {
  test("are listed by app result, each path once, under their paths of now", () => {
    const writers = new OpenWriters();
    const [first, again, other, third] = [
      writer(A, "f"),
      writer(A, "f"),
      writer(A, "g"),
      writer(B, "f"),
    ];
    for (const each of [first, again, other]) writers.begin(each);
    writers.add(third);
    const paths = (id?: AppResultId): string[] =>
      writers.files(id).map(({ resultPath, path }) => `${resultPath}/${path}`);
    expect(paths()).toEqual(["/r1/f", "/r1/g", "/r2/f"]);
    expect(paths(A)).toEqual(["/r1/f", "/r1/g"]);
    expect(paths(B)).toEqual(["/r2/f"]);
    other.path = "moved";
    writers.remove(first);
    expect(paths(A)).toEqual(["/r1/f", "/r1/moved"]);
    writers.remove(again);
    writers.remove(again);
    expect(paths(A)).toEqual(["/r1/moved"]);
  });

  test("cannot be added in an app result that is being closed, but everywhere else", () => {
    const writers = new OpenWriters();
    writers.begin(writer(A, "before"));
    const mark = writers.closing(A);
    expect(() => writers.begin(writer(A, "late"))).toThrow(
      expect.objectContaining({
        reason: "busy",
        message: expect.stringContaining("being closed"),
        remedy: expect.stringContaining("another app result"),
      }),
    );
    expect(() => writers.checkOpen(A)).toThrow("being closed");
    expect(writers.files(A).map(({ path }) => path)).toEqual(["before"]);
    writers.begin(writer(B, "f"));
    mark[Symbol.dispose]();
    writers.begin(writer(A, "after"));
    expect(writers.files(A)).toHaveLength(2);
  });

  test("can be added again only when all that were closing it have ended", () => {
    const writers = new OpenWriters();
    const marks = [writers.closing(A), writers.closing(A), writers.closing(A)];
    for (const mark of marks) {
      expect(() => writers.checkOpen(A)).toThrow("being closed");
      mark[Symbol.dispose]();
    }
    writers.checkOpen(A);
    using _again = writers.closing(A);
    expect(() => writers.checkOpen(A)).toThrow("being closed");
  });
});
