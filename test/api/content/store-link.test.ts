import { describe, expect, test } from "vitest";
import { linkExpiry, redirectTarget, storeLink } from "../../../src/api/content/store-link.ts";
import { recording } from "../../helpers/scripted-api.ts";

const BARE = new URL("https://store.example/key");
const at = (text: string): number => Date.parse(text);

describe("linkExpiry", () => {
  test("is the earliest of what body, header and link say", () => {
    const link = new URL("https://s.example/k?Expires=1748419377");
    const inLink = 1_748_419_377_000;
    expect(linkExpiry(link, undefined, undefined)).toBe(inLink);
    expect(linkExpiry(link, new Date(inLink - 5), undefined)).toBe(inLink - 5);
    expect(linkExpiry(link, new Date(inLink + 5), "Wed, 28 May 2025 08:00:57 GMT")).toBe(
      at("2025-05-28T08:00:57Z"),
    );
  });

  test("reads a signature of version 4", () => {
    const query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240210T090807Z&X-Amz-Expires=780";
    const link = new URL(`https://s.example/k?${query}`);
    expect(linkExpiry(link, undefined, undefined)).toBe(at("2024-02-10T09:21:07Z"));
  });

  test("is not misled by the header that every other answer has", () => {
    expect(linkExpiry(BARE, undefined, "0")).toBeUndefined();
  });

  test.each(["?Expires=soon", "?X-Amz-Date=now&X-Amz-Expires=5", "?X-Amz-Date=20240210T090807Z"])(
    "knows nothing from %s",
    (query) => {
      expect(linkExpiry(new URL(BARE.href + query), undefined, undefined)).toBeUndefined();
    },
  );

  test("of the recorded answer is its body's", async () => {
    const { body, headers } = await recording("v1-file-content-meta");
    const { HrefContent, Expires } = body["Response"] as { HrefContent: string; Expires: string };
    const expiry = linkExpiry(new URL(HrefContent), new Date(Expires), headers["Expires"]?.[0]);
    expect(expiry).toBe(at("2025-05-28T08:00:57Z"));
  });
});

describe("storeLink", () => {
  test("takes https always and http when the API is spoken to over http", () => {
    expect(storeLink("https://s.example/k?x=1", false)?.href).toBe("https://s.example/k?x=1");
    expect(storeLink("http://s.example/k", true)?.href).toBe("http://s.example/k");
  });

  test.each([
    "http://s.example/k",
    "http://127.0.0.1:9/k",
    "ftp://s.example/k",
    "https://me:you@s.example/k",
    "k",
    "",
  ])("refuses %s", (href) => {
    expect(storeLink(href, false)).toBeUndefined();
  });
});

describe("redirectTarget", () => {
  test("resolves against where it came from, and never leaves https", () => {
    expect(redirectTarget(BARE, "/other?y=2")?.href).toBe("https://store.example/other?y=2");
    expect(redirectTarget(BARE, "https://s3.example/k")?.href).toBe("https://s3.example/k");
    expect(redirectTarget(BARE, "http://s3.example/k")).toBeUndefined();
    expect(redirectTarget(BARE, "http://127.0.0.1/k")).toBeUndefined();
    expect(redirectTarget(new URL("http://a.example/"), "http://b.example/")).toBeDefined();
  });
});
