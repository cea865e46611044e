import { describe, expect, test } from "vitest";
import { apiOrigin, segment } from "../../../src/api/transport/address.ts";

describe("apiOrigin", () => {
  test.each([
    ["https://api.basespace.illumina.com", "https://api.basespace.illumina.com"],
    ["https://api.basespace.illumina.com/", "https://api.basespace.illumina.com"],
    ["https://api.basespace.illumina.com/v1pre3", "https://api.basespace.illumina.com"],
    ["https://api.basespace.illumina.com/v1pre3/", "https://api.basespace.illumina.com"],
    ["https://API.example/v2", "https://api.example"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("takes %s for %s", (apiServer, origin) => {
    expect(apiOrigin(apiServer, false)).toBe(origin);
  });

  test.each([
    "http://api.basespace.illumina.com",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://api.localhost",
    "ftp://host",
    "api.basespace.illumina.com",
    "https://host/path",
    "https://host?x=1",
    "",
  ])("refuses %s", (apiServer) => {
    expect(() => apiOrigin(apiServer, false)).toThrow(expect.objectContaining({ reason: "usage" }));
  });

  test.each(["https://me:hunter2@host", "https://:hunter2@host"])(
    "refuses a password in the address, as in %s, without repeating it",
    (address) => {
      expect(() => apiOrigin(address, false)).toThrow(
        expect.objectContaining({
          reason: "usage",
          message: expect.not.stringContaining("hunter2"),
        }),
      );
    },
  );

  test("takes http to another machine when told that it may", () => {
    expect(apiOrigin("http://api.example", true)).toBe("http://api.example");
  });
});

describe("segment", () => {
  test.each([undefined, null, 12, {}, ["12"]])("refuses %j, which is no Id", (value) => {
    expect(() => segment(value as never)).toThrow(expect.objectContaining({ reason: "usage" }));
  });

  test("encodes what a path cannot hold", () => {
    expect(segment("a/b?c#d e")).toBe("a%2Fb%3Fc%23d%20e");
    expect(segment("ds.0123")).toBe("ds.0123");
  });

  test.each(["", ".", "..", "\ud800"])("refuses %j", (value) => {
    expect(() => segment(value)).toThrow(expect.objectContaining({ reason: "invalid" }));
  });
});
