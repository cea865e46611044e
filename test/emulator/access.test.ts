import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

describe("tokens and scopes", () => {
  let emulator: TestEmulator;

  const token = (name: string): string => `token-${name}`;

  async function status(name: string, path: string, init: RequestInit = {}): Promise<number> {
    const headers = { authorization: `Bearer ${token(name)}` };
    const response = await emulator.get(path, { redirect: "manual", ...init, headers });
    await response.arrayBuffer();
    return response.status;
  }

  async function message(name: string, path: string): Promise<string> {
    const response = await emulator.get(path, {
      headers: { authorization: `Bearer ${token(name)}` },
    });
    return ((await response.json()) as { ResponseStatus: { Message: string } }).ResponseStatus
      .Message;
  }

  beforeAll(async () => {
    const scopes: Record<string, string> = {
      none: "",
      revoked: "browse global",
      browse: "browse global",
      read: "READ GLOBAL",
      project: "read project 1",
      sample: "Browse Sample 20, browse  project 2",
      creator: "browse global,read global,create global,create projects",
      writer: "write project 1",
    };
    emulator = await startTestEmulator({
      users: [
        { id: "7", name: "Owner" },
        { id: "8", name: "Guest" },
      ],
      applications: [{ id: "90", name: "Other app" }],
      tokens: [
        ...Object.entries(scopes).map(([name, clauses]) => ({
          accessToken: token(name),
          scopes: clauses,
        })),
        {
          accessToken: token("guest"),
          user: "8",
          scopes: "browse global, read global, write global",
        },
        { accessToken: token("otherapp"), application: "90", scopes: "write global" },
      ],
      projects: [
        {
          id: "1",
          name: "one",
          sharedWith: ["8"],
          samples: [{ id: "20", name: "s", files: [{ id: "60", path: "f", content: "x" }] }],
          appResults: [{ id: "30", name: "running", status: "Running" }],
        },
        { id: "2", name: "two" },
      ],
      runs: [{ id: "5", name: "run", files: [{ id: "61", path: "g" }] }],
    });
  });
  afterAll(async () => await emulator.close());

  it("lets a token without scopes see only its user", async () => {
    expect(await status("none", "users/current")).toBe(200);
    expect(await status("none", "projects/1")).toBe(403);
    const list = await emulator.get("users/current/projects", {
      headers: { authorization: `Bearer ${token("none")}` },
    });
    expect(await list.json()).toMatchObject({ Response: { TotalCount: 0 } });
  });

  it("lets browse read metadata, and read also content", async () => {
    expect(await status("browse", "files/60")).toBe(200);
    expect(await status("browse", "files/60/content?redirect=meta")).toBe(403);
    expect(await status("read", "files/60/content?redirect=meta")).toBe(200);
    expect(await message("browse", "files/60/content")).toBe(
      "Sorry but this requires READ access to this Sample resource.",
    );
  });

  it("extends a project's scope to its samples and files only", async () => {
    expect(await status("project", "projects/1")).toBe(200);
    expect(await status("project", "samples/20")).toBe(200);
    expect(await status("project", "files/60/content")).toBe(302);
    expect(await status("project", "projects/2")).toBe(403);
    expect(await status("project", "runs/5")).toBe(403);
    expect(await message("project", "runs/5")).toBe(
      "Sorry but this requires BROWSE access to this Run resource.",
    );
  });

  it("limits a sample's scope to the sample", async () => {
    expect(await status("sample", "samples/20/files")).toBe(200);
    expect(await status("sample", "projects/1")).toBe(403);
    expect(await status("sample", "projects/2")).toBe(200);
  });

  it("lets create make entities and write only those", async () => {
    const post = { method: "POST", body: JSON.stringify({ name: "mine" }) };
    expect(await status("creator", "projects", post)).toBe(201);
    expect(
      await status("creator", "appresults/30/files?name=f", { method: "POST", body: "x" }),
    ).toBe(403);
    const response = await emulator.get("projects/2/appresults", {
      ...post,
      headers: { authorization: `Bearer ${token("creator")}` },
    });
    const { Response } = (await response.json()) as { Response: { Id: string } };
    const file = { method: "POST", body: "x" };
    expect(await status("creator", `appresults/${Response.Id}/files?name=f`, file)).toBe(201);
    expect(await status("read", `appresults/${Response.Id}/files?name=f`, file)).toBe(403);
    expect(await status("browse", "projects", post)).toBe(403);
  });

  it("lets only the session's application write its results", async () => {
    const file = { method: "POST", body: "x" };
    expect(await status("writer", "appresults/30/files?name=f", file)).toBe(201);
    expect(await status("otherapp", "appresults/30/files?name=f", file)).toBe(403);
    expect(await status("otherapp", "projects/1/appresults", { ...file, body: "Name=r" })).toBe(
      201,
    );
  });

  it("lets a guest read what is shared, and change none of it", async () => {
    expect(await status("guest", "samples/20")).toBe(200);
    expect(await status("guest", "files/60/content?redirect=meta")).toBe(200);
    expect(await status("guest", "projects/2")).toBe(403);
    expect(await status("guest", "files/61")).toBe(403);
    expect(await status("guest", "projects/1/appresults", { method: "POST", body: "Name=r" })).toBe(
      403,
    );
    const list = await emulator.get("users/current/projects", {
      headers: { authorization: `Bearer ${token("guest")}` },
    });
    expect(await list.json()).toMatchObject({
      Response: { TotalCount: 1, Items: [{ Id: "1", HasCollaborators: true }] },
    });
  });

  it("shows only the caller's own user in full", async () => {
    expect(await (await emulator.get("users/current")).json()).toMatchObject({
      Response: { Id: "7", Email: "user7@example.invalid", HrefRuns: "v1pre3/users/7/runs" },
    });
    const other = (await (await emulator.get("users/8")).json()) as { Response: object };
    expect(Object.keys(other.Response)).not.toContain("Email");
    expect((await emulator.get("users/8/projects")).status).toBe(403);
  });

  it.each([
    ["a bearer", (path: string, key: string) => fetch(path, bearer(key))],
    [
      "a header of its own",
      (path: string, key: string) => fetch(path, { headers: { "X-Access-Token": key } }),
    ],
    ["the query", (path: string, key: string) => fetch(`${path}?Access_Token=${key}`)],
  ])("accepts a token as %s", async (_title, send) => {
    const path = `${emulator.apiServer}/v1pre3/users/current`;
    expect((await send(path, emulator.accessToken)).status).toBe(200);
    const refused = await send(path, "nonsense");
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      ResponseStatus: { Message: "Unrecognized access token" },
    });
  });

  it("refuses a missing and a revoked token, with different messages", async () => {
    const v1 = `${emulator.apiServer}/v1pre3/users/current`;
    const v2 = `${emulator.apiServer}/v2`;
    const code = "BASESPACE.COMMON.UNAUTHORIZED";
    for (const url of [v1, `${v1}?access_token=`]) {
      const response = await fetch(url);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        ResponseStatus: { ErrorCode: code, Message: "Unauthorized" },
        Notifications: [{ Type: "error", Item: "Unauthorized" }],
      });
    }
    const revocable = bearer(token("revoked"));
    expect(
      (await fetch(`${v2}/oauthv2tokens/current`, { ...revocable, method: "DELETE" })).status,
    ).toBe(204);
    const revoked = await fetch(`${v2}/users/current`, revocable);
    expect([revoked.status, await revoked.json()]).toMatchObject([
      401,
      { ErrorCode: code, ErrorMessage: "Unrecognized access token" },
    ]);
  });

  it("describes the current token", async () => {
    const path = `${emulator.apiServer}/v1pre3/oauthv2/token/current?access_token=${token("sample")}`;
    expect(await (await fetch(path)).json()).toMatchObject({
      Response: {
        AccessToken: token("sample"),
        Application: { Name: "BaseSpace Emulator" },
        UserResourceOwner: { Id: "7" },
        Scopes: ["BROWSE SAMPLE 20", "BROWSE PROJECT 2"],
      },
    });
  });
});

function bearer(key: string): RequestInit {
  return { headers: { authorization: `bearer ${key}` } };
}
