import { describe, expect, test } from "vitest";
import { parseResponseHead } from "../../../../src/api/content/worker/response-head.ts";

const parse = (...lines: readonly string[]): ReturnType<typeof parseResponseHead> =>
  parseResponseHead(Buffer.from(`${lines.join("\r\n")}\r\n\r\nbody`));

describe("parseResponseHead", () => {
  test("finds status, headers whatever their case, and where the body begins", () => {
    const parsed = parse(
      "HTTP/1.1 206 Partial Content",
      "CONTENT-RANGE:bytes 0-3/10",
      "content-Length:  4 ",
      'ETag: "abc"',
      "x-amz-request-id: 1234",
    );
    expect(parsed).toEqual({
      kind: "head",
      bodyStart: 118,
      head: {
        status: 206,
        contentRange: "bytes 0-3/10",
        contentLength: "4",
        contentEncoding: undefined,
        etag: '"abc"',
        requestId: "1234",
        transferEncoding: undefined,
        keepsAlive: true,
      },
    });
  });

  test.each([
    [["HTTP/1.1 206 Partial Content", "Connection: close"]],
    [["HTTP/1.1 206 Partial Content", "Connection: Keep-Alive, Close"]],
    [["HTTP/1.0 206 Partial Content"]],
  ])("sees that %j is the last of its connection", (lines) => {
    expect(parse(...lines)).toMatchObject({ kind: "head", head: { keepsAlive: false } });
  });

  test("waits for the end of the head", () => {
    const head = Buffer.from("HTTP/1.1 206 OK\r\nContent-Length: 4\r\n\r\n");
    for (let length = 0; length < head.length; length += 1) {
      expect(parseResponseHead(head.subarray(0, length))).toEqual({ kind: "incomplete" });
    }
    expect(parseResponseHead(head)).toMatchObject({ kind: "head", bodyStart: head.length });
  });

  test.each([
    [["SSH-2.0-OpenSSH"]],
    [["HTTP/2 206"]],
    [["HTTP/1.1 999 No"]],
    [["HTTP/1.1 206 OK", "no colon"]],
    [["HTTP/1.1 206 OK", "a: b", " folded: line"]],
    [["HTTP/1.1 206 OK", "Content-Length: 4", "Content-Length: 5"]],
    [["HTTP/1.1 206 OK", "Content Length: 4"]],
  ])("leaves %j to others", (lines) => {
    expect(parse(...lines)).toEqual({ kind: "malformed" });
  });

  test("does not wait for ever", () => {
    expect(parseResponseHead(Buffer.alloc(20_000, "a"))).toEqual({ kind: "malformed" });
    expect(parse("HTTP/1.1 206 OK", `a: ${"b".repeat(20_000)}`)).toEqual({ kind: "malformed" });
  });
});
