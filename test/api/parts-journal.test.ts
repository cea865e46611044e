import { expect, test } from "vitest";
import { parseJournal } from "../../src/api/transfers/parts-journal.ts";

/* The lines of the journals of downloads and uploads. */

const md5Of = ({ md5 }: Readonly<Record<string, unknown>>): unknown => md5;

test("the last line about a file or a part counts", () => {
  const lines = [{ fileId: "1" }, { part: 1, md5: "a" }, { fileId: "2" }, { part: 1, md5: "b" }];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  expect(parseJournal(text, md5Of)).toEqual({ name: { fileId: "2" }, parts: new Map([[1, "b"]]) });
});

test.each(["null", "5", '"fileId"', "[]", '{"part":"1"}', '{"fileId":1}', '{"fileId":"2', ""])(
  "a line is left out that is not understood: %s",
  (line) => {
    const text = `{"fileId":"1"}\n${line}\n{"part":3,"md5":"c"}`;
    expect(parseJournal(text, md5Of)).toEqual({
      name: { fileId: "1" },
      parts: new Map([[3, "c"]]),
    });
  },
);

test("without a line that names a file there is no journal", () => {
  expect(parseJournal('{"part":1,"md5":"a"}\n', md5Of)).toBeUndefined();
});
