import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

interface Received {
  readonly status: number;
  readonly body: {
    readonly Response: Readonly<Record<string, unknown>> & {
      readonly Items: readonly Readonly<Record<string, unknown>>[];
    };
    readonly ResponseStatus: { readonly ErrorCode?: string };
  };
}

const CATALOG = {
  users: [
    { id: "7", name: "Owner" },
    { id: "8", name: "Guest" },
  ],
  applications: [{ id: "90", name: "Other app" }],
  tokens: [
    { accessToken: "other-app", application: "90", scopes: "write global" },
    { accessToken: "only-read", scopes: "read global" },
    { accessToken: "the-guest", user: "8", scopes: "write global" },
  ],
  appSessions: [{ id: "40", name: "session" }],
  runs: [{ id: "50", name: "run" }],
  projects: [
    {
      id: "10",
      name: "p",
      sharedWith: ["8"],
      samples: [{ id: "20", name: "s", files: [{ id: "60", path: "f" }] }],
      appResults: [{ id: "30", name: "r" }],
      properties: [{ name: "catalog.note", content: "first" }],
    },
    { id: "11", name: "secret", owner: "8" },
  ],
} as const;

describe("properties", () => {
  let emulator: TestEmulator;

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    accessToken = emulator.accessToken,
  ): Promise<Received> {
    const response = await emulator.get(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    });
    return { status: response.status, body: (await response.json()) as Received["body"] };
  }

  async function set(path: string, ...properties: readonly unknown[]): Promise<Received> {
    return await ask("POST", `${path}/properties`, { Properties: properties });
  }

  beforeAll(async () => {
    emulator = await startTestEmulator(CATALOG);
  });
  afterAll(async () => await emulator.close());

  it.each(["projects/10", "samples/20", "appresults/30", "runs/50", "appsessions/40"])(
    "of %s are set, read, replaced and deleted",
    async (path) => {
      const made = await set(path, { Type: "String", Name: "demo.note", Content: "hello" });
      expect(made.status).toBe(201);
      const item = {
        Type: "string",
        Href: `v1pre3/${path}/properties/demo.note`,
        Name: "demo.note",
        Description: "",
        Content: "hello",
      };
      expect(made.body.Response).toEqual({
        Items: [item],
        DisplayedCount: 1,
        TotalCount: 1,
        Offset: 0,
        Limit: 50,
        SortDir: "Asc",
        SortBy: "Name",
      });
      expect(JSON.stringify(made.body.Response.Items[0])).toBe(JSON.stringify(item));
      const again = await set(path, { type: "string[]", name: "demo.note", items: ["a", "b"] });
      expect(again.status).toBe(200);
      const one = await ask("GET", `${path}/properties/demo.note`);
      expect(Object.keys(one.body.Response)).toEqual([
        "Type",
        "Href",
        "Name",
        "Description",
        "Items",
        "HrefItems",
        "ItemsDisplayedCount",
        "ItemsTotalCount",
        "ApplicationModifiedBy",
        "UserModifiedBy",
        "DateModified",
      ]);
      expect(one.body.Response).toMatchObject({
        Items: ["a", "b"],
        UserModifiedBy: { Id: "7" },
        ApplicationModifiedBy: { Name: "BaseSpace Emulator" },
      });
      const single = await ask("GET", path);
      const container = single.body.Response["Properties"] as Received["body"]["Response"];
      expect(container.Items.map((each) => each["Name"])).toContain("demo.note");
      expect((await ask("DELETE", `${path}/properties/demo.note`)).status).toBe(200);
      for (const method of ["GET", "DELETE"]) {
        const gone = await ask(method, `${path}/properties/demo.note`);
        expect([gone.status, gone.body.ResponseStatus.ErrorCode]).toEqual([
          404,
          "BASESPACE.PROPERTIES.NOT_FOUND",
        ]);
      }
    },
  );

  it("store every type of value", async () => {
    const made = await set(
      "projects/10",
      { Type: "sample", Name: "a.sample", Content: "v1pre3/samples/20" },
      { Type: "sample[]", Name: "a.samples", Items: ["v1pre3/samples/20", "/v1pre3/samples/20"] },
      { Type: "project", Name: "a.project", Content: "v1pre3/projects/10" },
      { Type: "appresult[]", Name: "a.results", Items: ["v1pre3/appresults/30"] },
      { Type: "run", Name: "a.run", Content: `${emulator.apiServer}/v2/runs/50` },
      { Type: "file", Name: "a.file", Content: "v1pre3/files/60" },
      { Type: "appsession", Name: "a.session", Content: "v1pre3/appsessions/40" },
      { Type: "string[]", Name: "a.none", Items: [] },
      { Type: "map", Name: "b.map", ContentMap: [{ Key: "k", Values: ["v1", "v2"] }] },
      { Type: "map", Name: "b.old", Content: [{ Key: "k", Values: [1] }] },
      { Type: "map[]", Name: "c.maps", ItemsMap: [[{ Key: "k", Values: ["v"] }], []] },
      { Type: "map[]", Name: "c.old", items: [[{ Key: "k", Values: ["v"] }]] },
      { Type: "string", Name: "d.number", Content: 1.5 },
    );
    expect(made.body).toMatchObject({ ResponseStatus: {} });
    const byName = new Map(made.body.Response.Items.map((item) => [item["Name"], item]));
    expect(byName.get("a.sample")).toMatchObject({ Content: { Id: "20", Name: "s" } });
    expect(byName.get("a.samples")).toMatchObject({
      Items: [{ Id: "20" }, { Id: "20" }],
      HrefItems: "v1pre3/projects/10/properties/a.samples/items",
      ItemsDisplayedCount: 2,
      ItemsTotalCount: 2,
    });
    expect(byName.get("a.run")).toMatchObject({ Content: { Href: "v1pre3/runs/50" } });
    expect(byName.get("a.file")).toMatchObject({ Content: { Path: "f" } });
    expect(byName.get("a.session")).toMatchObject({ Content: { Id: "40" } });
    expect(byName.get("a.none")).toMatchObject({ Items: [], ItemsTotalCount: 0 });
    const map = [{ Key: "k", Values: ["v1", "v2"] }];
    expect(byName.get("b.map")).toMatchObject({ Content: map, Items: map });
    expect(byName.get("b.old")).toMatchObject({ Content: [{ Key: "k", Values: ["1"] }] });
    expect(byName.get("c.maps")).toMatchObject({ Items: [[{ Key: "k", Values: ["v"] }], []] });
    expect(byName.get("c.old")).toMatchObject({ Items: [[{ Key: "k", Values: ["v"] }]] });
    expect(byName.get("d.number")).toMatchObject({ Type: "string", Content: "1.5" });
  });

  it("have fifty to a page, and ten values to a page", async () => {
    const many = Array.from({ length: 65 }, (_, index) => ({
      Type: "string",
      Name: `many.${index}`,
      Content: "x",
    }));
    expect((await set("runs/50", ...many)).body.Response).toMatchObject({ DisplayedCount: 65 });
    const page = await ask("GET", "runs/50/properties");
    expect(page.body.Response).toMatchObject({ DisplayedCount: 50, TotalCount: 65, Limit: 50 });
    await set("runs/50", { Type: "string[]", Name: "values", Items: many.map(({ Name }) => Name) });
    const items = await ask("GET", "runs/50/properties/values/items?Offset=10&Limit=2");
    expect(items.body.Response).toEqual({
      Type: "string[]",
      Items: [
        { Id: "11", Content: "many.10" },
        { Id: "12", Content: "many.11" },
      ],
      DisplayedCount: 2,
      TotalCount: 65,
      Offset: 10,
      Limit: 2,
      SortDir: "Asc",
      SortBy: "DateCreated",
    });
    const shown = await ask("GET", "runs/50/properties/values");
    expect(shown.body.Response).toMatchObject({ ItemsDisplayedCount: 50, ItemsTotalCount: 65 });
    expect((await ask("GET", "runs/50/properties/many.1/items")).status).toBe(404);
  });

  const map = (...keys: string[]): unknown => ({
    Type: "map",
    Name: "x.map",
    ContentMap: keys.map((Key) => ({ Key, Values: ["v"] })),
  });

  it.each<[title: string, status: number, code: string, ...properties: unknown[]]>([
    ["an empty name", 400, "NAME_LENGTH", { Type: "string", Name: "", Content: "x" }],
    ["a name of one character", 400, "NAME_LENGTH", { Type: "string", Name: "x", Content: "x" }],
    ["a name of 65", 400, "NAME_LENGTH", { Type: "string", Name: "x".repeat(65), Content: "" }],
    [
      "a duplicate name",
      400,
      "DUPLICATE_NAMES",
      { Type: "string", Name: "xx", Content: "1" },
      { Type: "string", Name: "xx", Content: "2" },
    ],
    ["an unknown type", 400, "TYPE_INVALID", { Type: "int", Name: "xx", Content: "1" }],
    ["no type", 400, "TYPE_INVALID", { Name: "xx", Items: [] }],
    [
      "a type of v2",
      400,
      "TYPE_INVALID",
      { Type: "dataset", Name: "xx", Content: "v2/datasets/1" },
    ],
    [
      "a text that is not an Href",
      400,
      "CONTENT_REFERENCE_INVALID",
      { Type: "sample", Name: "xx", Content: "20" },
    ],
    [
      "an Href of another type",
      400,
      "CONTENT_REFERENCE_INVALID",
      { Type: "sample[]", Name: "xx", Items: ["v1pre3/projects/10"] },
    ],
    [
      "an entity that does not exist",
      409,
      "CONTENT_REFERENCE_NOT_RESOLVED",
      { Type: "sample", Name: "xx", Content: "v1pre3/samples/21" },
    ],
    [
      "an entity that the caller may not see",
      409,
      "CONTENT_REFERENCE_NOT_RESOLVED",
      { Type: "project", Name: "xx", Content: "v1pre3/projects/11" },
    ],
    ["an empty key", 400, "CONTENT_MAP_KEY_INVALID", map("")],
    ["a long key", 400, "CONTENT_MAP_KEY_INVALID", map("k".repeat(65))],
    ["a key with a $", 400, "CONTENT_MAP_KEY_INVALID", map("a$b")],
    ["a duplicate key", 400, "CONTENT_MAP_DUPES", map("k", "k")],
    [
      "a text over 65 000 bytes",
      400,
      "CONTENT_LENGTH",
      { Type: "string", Name: "xx", Content: "ä".repeat(32_501) },
    ],
  ])("are refused for %s, and none of them is set", async (_title, status, code, ...wrong) => {
    const good = { Type: "string", Name: "good", Content: "x" };
    const response = await set("samples/20", good, ...wrong);
    expect([response.status, response.body.ResponseStatus.ErrorCode]).toEqual([
      status,
      `BASESPACE.PROPERTIES.${code}`,
    ]);
    expect((await ask("GET", "samples/20/properties/good")).status).toBe(404);
  });

  it("accept what is just within the limits", async () => {
    const name = "n".repeat(64);
    const response = await set(
      "samples/20",
      { Type: "string", Name: name, Content: "ä".repeat(32_500) },
      map("k".repeat(64)),
      { Type: "string", Name: "xy", Content: "" },
    );
    expect(response.status).toBe(201);
  });

  describe("of other applications", () => {
    beforeEach(async () => {
      await set("projects/10", { Type: "string", Name: "mine", Content: "x" });
    });

    const note = { Properties: [{ Type: "string", Name: "mine", Content: "y" }] };

    it.each([
      ["another application", "other-app"],
      ["a token that may only read", "only-read"],
      ["a user with whom the project is shared", "the-guest"],
    ])("cannot be changed by %s", async (_title, accessToken) => {
      const path = "projects/10/properties";
      expect((await ask("POST", path, note, accessToken)).status).toBe(403);
      expect((await ask("DELETE", `${path}/mine`, undefined, accessToken)).status).toBe(403);
      const one = await ask("GET", `${path}/mine`, undefined, accessToken);
      expect(one.body.Response).toMatchObject({ Content: "x" });
    });
  });

  it("of a file are read-only", async () => {
    expect((await ask("GET", "files/60/properties")).status).toBe(200);
    expect((await set("files/60", { Type: "string", Name: "xx", Content: "x" })).status).toBe(404);
  });

  it("need a list in the body", async () => {
    expect((await ask("POST", "samples/20/properties", { Properties: "x" })).status).toBe(400);
    expect((await ask("POST", "samples/20/properties", {})).status).toBe(400);
  });
});
