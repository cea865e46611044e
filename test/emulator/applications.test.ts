import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

type Json = Readonly<Record<string, unknown>>;

describe("applications", () => {
  let emulator: TestEmulator;

  async function post(
    path: string,
    body: unknown,
    accessToken = emulator.accessToken,
  ): Promise<{ status: number; body: { readonly Response: Json } }> {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await emulator.get(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers,
    });
    return { status: response.status, body: (await response.json()) as { Response: Json } };
  }

  beforeAll(async () => {
    emulator = await startTestEmulator({
      applications: [
        { id: "90", name: "Aligner", versionNumber: "1.10.0" },
        { id: "91", name: "Aligner", versionNumber: "1.9.0" },
        { id: "92", name: "Other", removed: true },
      ],
      tokens: [{ accessToken: "no-start", scopes: "write global" }],
      projects: [
        {
          id: "10",
          name: "p",
          samples: [
            { id: "20", name: "s" },
            { id: "21", name: "t" },
          ],
        },
      ],
    });
  });
  afterAll(async () => await emulator.close());

  it("are listed once each, in their newest version", async () => {
    const response = await emulator.get("applications?SortBy=Name");
    expect(await response.json()).toMatchObject({
      Response: { TotalCount: 2, Items: [{ Id: "90" }, { Name: "BaseSpace Emulator" }] },
    });
  });

  it("are readable by Id in any version", async () => {
    expect(await (await emulator.get("applications/91")).json()).toMatchObject({
      Response: { Id: "91", VersionNumber: "1.9.0", AppFamilySlug: "illumina.aligner" },
    });
    expect((await emulator.get("applications/92")).status).toBe(410);
    expect((await emulator.get("applications/93")).status).toBe(403);
  });

  const FORM = {
    Name: "Aligner : s+t",
    StatusSummary: "AutoLaunch",
    AutoStart: true,
    Properties: [
      {
        Type: "sample[]",
        Name: "Input.sample-id",
        items: ["v1pre3/samples/20", "v1pre3/samples/21"],
      },
      { Type: "project", Name: "Input.project-id", Content: "v1pre3/projects/10" },
      { Type: "string[]", Name: "Input.genomes", items: ["a", "b"] },
      {
        Type: "map[]",
        Name: "Input.project-id.attributes",
        items: [[{ Key: "FieldId", Values: ["mine"] }]],
      },
    ],
  };

  it("are launched with a form, and the session lists the inputs", async () => {
    const { status, body } = await post("applications/90/appsessions", FORM);
    expect(status).toBe(201);
    expect(Object.keys(body.Response)).toEqual([
      "Name",
      "DateCreated",
      "ModifiedOn",
      "Application",
      "Id",
      "Href",
      "OriginatingUri",
      "UserCreatedBy",
      "Properties",
      "Status",
      "StatusSummary",
    ]);
    expect(body.Response).toMatchObject({
      Name: "Aligner : s+t",
      Application: { Id: "90" },
      Status: "Running",
      StatusSummary: "AutoLaunch",
    });
    const id = String(body.Response["Id"]);
    const response = await emulator.get(`appsessions/${id}/properties`);
    const { Items } = ((await response.json()) as { Response: { Items: readonly Json[] } })
      .Response;
    const byName = new Map(Items.map((item) => [item["Name"], item]));
    expect(byName.get("Input.app-session-name")).toMatchObject({ Content: "Aligner : s+t" });
    expect(byName.get("Input.Samples")).toMatchObject({ Items: [{ Id: "20" }, { Id: "21" }] });
    expect(byName.get("Input.Projects")).toMatchObject({ Items: [{ Id: "10" }] });
    expect(byName.get("Input.sample-id.attributes")).toMatchObject({
      Type: "map[]",
      Items: [
        [
          { Key: "FieldId", Values: ["sample-id"] },
          { Key: "ResourceType", Values: ["sample"] },
          { Key: "ResourceId", Values: ["20"] },
          { Key: "ResourceHref", Values: ["v1pre3/samples/20"] },
        ],
        expect.anything(),
      ],
    });
    expect(byName.get("Input.project-id.attributes")).toMatchObject({
      Items: [[{ Key: "FieldId", Values: ["mine"] }]],
    });
    // A fault of the service, which clients rely on.
    expect(byName.get("Input.genomes")).toMatchObject({ Items: ["a", "b", "a"] });
    const list = await emulator.get(
      "users/current/appsessions?appid=90&include=properties&propertyFilters=Input.Samples",
    );
    expect(await list.json()).toMatchObject({
      Response: {
        Items: [{ Id: id, Properties: { TotalCount: 1, Items: [{ Name: "Input.Samples" }] } }],
      },
    });
  });

  it("are launched with maps in items or itemsmap, and with tables cell by cell", async () => {
    const map = [{ Key: "k", Values: ["v"] }];
    const cell = "Input.table.sample.row1";
    const { status, body } = await post("applications/90/appsessions", {
      Name: "maps",
      Properties: [
        { Type: "map[]", Name: "Input.older", items: [map] },
        { Type: "map[]", Name: "Input.newer", itemsmap: [map] },
        { Type: "sample", Name: cell, Content: "v1pre3/samples/21" },
        { Type: "string", Name: "table.rowcount", Content: 1 },
      ],
    });
    expect(status).toBe(201);
    const { Items } = body.Response["Properties"] as { Items: readonly Json[] };
    const byName = new Map(Items.map((item) => [item["Name"], item]));
    for (const name of ["Input.older", "Input.newer"])
      expect(byName.get(name)).toMatchObject({ Items: [map] });
    expect(byName.get(cell)).toMatchObject({ Content: { Id: "21" } });
    expect(byName.get("table.rowcount")).toMatchObject({ Content: "1" });
    expect(byName.get("Input.Samples")).toMatchObject({ Items: [{ Id: "21" }] });
    expect(byName.has(`${cell}.attributes`)).toBe(false);
  });

  it("are not launched without a name, with an invalid property, or without the right", async () => {
    const path = "applications/90/appsessions";
    const href = "v1pre3/samples/20";
    const input = (fields: Json): Json => ({
      ...FORM,
      Properties: [{ Name: "Input.x", ...fields }],
    });
    for (const form of [
      { ...FORM, Name: "" },
      { ...FORM, Properties: "none" },
      input({ Type: "sample", Content: "v1pre3/samples/99" }),
      input({ Type: "sample", Content: "v1pre3/projects/10" }),
      input({ Type: "sample", items: [href] }),
      input({ Type: "sample[]", Content: href }),
      input({ Type: "string" }),
      input({ Type: "string[]", Content: "a" }),
      input({ Type: "number", Content: 1 }),
    ]) {
      expect(await post(path, form)).toMatchObject({
        status: 409,
        body: {
          ResponseStatus: {
            ErrorCode: "Conflict",
            Message: "Form validation found some errors.",
          },
        },
      });
    }
    expect((await post(path, FORM, "no-start")).status).toBe(403);
    const unknown = await post("applications/93/appsessions", FORM);
    expect(unknown.status).toBe(404);
    expect(Object.keys(unknown.body)).toEqual(["ErrorCode", "MessageFormatted"]);
  });
});

describe("the sessions of a user", () => {
  it("are filtered by application, status, creator and output project", async () => {
    await using emulator = await startTestEmulator({
      users: [
        { id: "7", name: "Ada" },
        { id: "8", name: "Guest" },
      ],
      applications: [{ id: "90", name: "Aligner" }],
      appSessions: [
        { id: "40", name: "a", application: "90" },
        { id: "41", name: "b", status: "Aborted" },
      ],
      projects: [
        { id: "10", name: "p", appResults: [{ name: "r", appSession: "40" }] },
        { id: "11", name: "q", appResults: [{ name: "r", appSession: "41" }] },
      ],
    });
    const ids = async (query: string): Promise<string[]> => {
      const response = await emulator.get(`users/current/appsessions?${query}`);
      const body = (await response.json()) as { Response: { Items: readonly { Id: string }[] } };
      return body.Response.Items.map(({ Id }) => Id);
    };
    expect(await ids("")).toEqual(["40", "41"]);
    expect(await ids("AppId=90")).toEqual(["40"]);
    expect(await ids("status=aborted,running")).toEqual(["41"]);
    expect(await ids("OutputProjects=11&SortBy=Name")).toEqual(["41"]);
    expect(await ids("userCreatedBy=8")).toEqual([]);
  });
});
