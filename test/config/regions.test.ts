import { describe, expect, it } from "vitest";
import { isSameServer } from "../../src/config/regions.ts";

describe("isSameServer", () => {
  it("compares where addresses lead to, however they are written", () => {
    expect(isSameServer("https://a.example", "https://A.example:443/v1pre3/")).toBe(true);
    expect(isSameServer(undefined, "https://api.basespace.illumina.com/")).toBe(true);
    expect(isSameServer("https://a.example", "http://a.example")).toBe(false);
    expect(isSameServer("https://a.example", "https://a.example:8443")).toBe(false);
    expect(isSameServer("https://a.example", "https://a.example.evil.example")).toBe(false);
    expect(isSameServer("https://a.example", "https://a.example@evil.example")).toBe(false);
  });

  it("takes no two texts without an origin for one server", () => {
    expect(isSameServer("a.example:443", "b.example:443")).toBe(false);
    expect(isSameServer("a.example", "b.example")).toBe(false);
    expect(isSameServer("a.example:443", "a.example:443")).toBe(true);
  });
});
