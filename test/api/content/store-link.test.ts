import { describe, expect, test } from "vitest";
import {
  linkExpiry,
  plainHttpOf,
  redirectTarget,
  storeLink,
} from "../../../src/api/content/store-link.ts";
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

  test("is not misled by the header that all other responses have", () => {
    expect(linkExpiry(BARE, undefined, "0")).toBeUndefined();
  });

  test.each(["?Expires=soon", "?X-Amz-Date=now&X-Amz-Expires=5", "?X-Amz-Date=20240210T090807Z"])(
    "knows nothing from %s",
    (query) => {
      expect(linkExpiry(new URL(BARE.href + query), undefined, undefined)).toBeUndefined();
    },
  );

  test("of the recorded response is that of its body", async () => {
    const { body, headers } = await recording("v1-file-content-meta");
    const { HrefContent, Expires } = body["Response"] as { HrefContent: string; Expires: string };
    const expiry = linkExpiry(new URL(HrefContent), new Date(Expires), headers["Expires"]?.[0]);
    expect(expiry).toBe(at("2025-05-28T08:00:57Z"));
  });
});

describe("storeLink", () => {
  test("takes https always", () => {
    const href = "https://s.example/k?x=1";
    expect(storeLink(href, "nowhere")?.href).toBe(href);
    expect(storeLink(href, "loopback")?.href).toBe(href);
  });

  test("[S2] takes http to this machine from a local API, and to others only if the user allowed it", () => {
    const local = plainHttpOf("http://localhost:8080", false);
    expect(storeLink("http://127.0.0.1:9/k", local)?.href).toBe("http://127.0.0.1:9/k");
    expect(storeLink("http://[::1]:9/k", local)?.href).toBe("http://[::1]:9/k");
    expect(storeLink("http://s.example/k", local)).toBeUndefined();
    const allowed = plainHttpOf("http://api.example", true);
    expect(storeLink("http://s.example/k", allowed)?.href).toBe("http://s.example/k");
    expect(plainHttpOf("https://api.example", true)).toBe("nowhere");
  });

  test.each([
    "http://s.example/k",
    "http://127.0.0.1:9/k",
    "ftp://s.example/k",
    "https://me:you@s.example/k",
    "k",
    "",
  ])("refuses %s", (href) => {
    expect(storeLink(href, plainHttpOf("https://api.example", false))).toBeUndefined();
  });
});

describe("redirectTarget", () => {
  test("resolves against where it came from, and never leaves https", () => {
    expect(redirectTarget(BARE, "/other?y=2")?.href).toBe("https://store.example/other?y=2");
    expect(redirectTarget(BARE, "https://s3.example/k")?.href).toBe("https://s3.example/k");
    expect(redirectTarget(BARE, "http://s3.example/k")).toBeUndefined();
    expect(redirectTarget(BARE, "http://127.0.0.1/k")).toBeUndefined();
  });

  test("leads from this machine to another by https only", () => {
    const local = new URL("http://127.0.0.1:9/k");
    expect(redirectTarget(local, "http://localhost:10/k")).toBeDefined();
    expect(redirectTarget(local, "https://b.example/k")).toBeDefined();
    expect(redirectTarget(local, "http://b.example/k")).toBeUndefined();
    expect(redirectTarget(new URL("http://a.example/"), "http://b.example/")).toBeDefined();
  });
});
