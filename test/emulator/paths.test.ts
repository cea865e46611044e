import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collapseSlashes } from "../../src/emulator/http/collapse-slashes.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

describe("slashes in the paths of the API", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    emulator = await startTestEmulator({
      applications: [
        {
          id: "90",
          name: "app",
          clientKey: "0".repeat(32),
          clientSecret: "1".repeat(32),
          redirectUri: "http://localhost/back",
        },
      ],
      projects: [
        {
          id: "10",
          name: "p",
          samples: [{ name: "s", files: [{ id: "1", path: "f", content: "bytes" }] }],
        },
      ],
    });
  });
  afterAll(async () => await emulator.close());

  const page = `?client_id=${"0".repeat(32)}&redirect_uri=http://localhost/back&response_type=code`;

  it.each([
    ["//oauth/authorize", page],
    ["/oauth//authorize/", page],
    ["//oauth/device", ""],
    ["//v1pre3/users/current", ""],
    ["///v1pre3//users///current//", ""],
    ["//v2//users/current", ""],
  ])("count as one: %s", async (path, query) => {
    const url = `${emulator.apiServer}${path}${query}`;
    const response = await fetch(url, { headers: { "x-access-token": emulator.accessToken } });
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/./)]);
    expect(emulator.requests.at(-1)).toMatchObject({ path });
  });

  it("count as one for fault rules", async () => {
    emulator.addFaults("GET /users/current n=1 status=503");
    const url = `${emulator.apiServer}/v1pre3//users/current`;
    expect((await fetch(url)).status).toBe(503);
  });

  it.each([
    ["/a//b?next=//c", "/a/b?next=//c"],
    ["/projects/1/properties/a%2F%2Fb", "/projects/1/properties/a%2F%2Fb"],
    ["/", "/"],
    ["?a//b", "?a//b"],
    ["http://127.0.0.1:80//a//b", "http://127.0.0.1:80/a/b"],
  ])("are not changed within a name and in the query: %s", (url, routed) => {
    expect(collapseSlashes(url)).toBe(routed);
  });

  it("are part of a key at the object store", async () => {
    const response = await emulator.get("files/1/content", { redirect: "manual" });
    const link = response.headers.get("location") ?? "";
    expect((await fetch(link)).status).toBe(200);
    const doubled = link.replace(emulator.objectServer, `${emulator.objectServer}/`);
    expect((await fetch(doubled)).status).toBe(404);
  });
});
