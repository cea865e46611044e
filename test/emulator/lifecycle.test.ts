import { describe, expect, it } from "vitest";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

interface Received {
  readonly status: number;
  readonly response: Readonly<Record<string, unknown>> & { readonly Id: string };
}

async function post(
  emulator: TestEmulator,
  path: string,
  body: string,
  type = "application/json",
): Promise<Received> {
  const headers = { authorization: `Bearer ${emulator.accessToken}`, "content-type": type };
  const response = await emulator.get(path, { method: "POST", body, headers });
  const json = (await response.json()) as { Response: Received["response"] };
  return { status: response.status, response: json.Response };
}

async function get(emulator: TestEmulator, path: string): Promise<Received["response"]> {
  const response = await emulator.get(path);
  return ((await response.json()) as { Response: Received["response"] }).Response;
}

describe("projects", () => {
  it("are created once for each name", async () => {
    await using emulator = await startTestEmulator();
    const first = await post(emulator, "projects/", '{"NAME": "mine"}');
    const second = await post(
      emulator,
      "projects",
      "name=mine",
      "application/x-www-form-urlencoded",
    );
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.response).toEqual(first.response);
    expect(first.response).toMatchObject({ Name: "mine", Description: "", TotalSize: 0 });
    expect((await post(emulator, "projects", "{}")).status).toBe(400);
    expect((await post(emulator, "projects", "{broken")).status).toBe(400);
  });

  it("are created once by concurrent requests too", async () => {
    await using emulator = await startTestEmulator();
    const responses = await Promise.all(
      Array.from({ length: 8 }, async () => await post(emulator, "projects", '{"name":"mine"}')),
    );
    expect(new Set(responses.map((response) => response.response.Id)).size).toBe(1);
  });
});

describe("app results and their sessions", () => {
  const catalog = {
    projects: [{ id: "1", name: "p", samples: [{ id: "20", name: "s" }] }],
  };

  it("start in a new running session, which lists them", async () => {
    await using emulator = await startTestEmulator(catalog);
    const { status, response } = await post(
      emulator,
      "projects/1/appresults",
      JSON.stringify({
        Name: "my result",
        description: "text",
        references: [{ rel: "using", Type: "Sample", HrefContent: "v1pre3/samples/20" }],
        HrefGenome: "v1pre3/genomes/4",
      }),
    );
    expect(status).toBe(201);
    expect(response).toMatchObject({
      Name: "my result",
      Description: "text",
      HrefGenome: "v1pre3/genomes/4",
      Status: "Running",
      StatusSummary: "",
      References: [{ Rel: "using", Type: "Sample", Content: { Id: "20", Name: "s" } }],
      AppSession: { Status: "Running", Application: { Name: "BaseSpace Emulator" } },
      Projects: [{ Id: "1" }],
    });
    const { Id: sessionId } = response["AppSession"] as { Id: string };
    const session = await get(emulator, `appsessions/${sessionId}`);
    expect(session["Properties"]).toMatchObject({
      Items: [
        { Name: "Input.Samples", Type: "sample[]", Items: [], ItemsTotalCount: 0 },
        { Name: "Output.AppResults", Type: "appresult[]", Items: [{ Id: response.Id }] },
        { Name: "Output.Projects", Type: "project[]", Items: [{ Id: "1" }] },
      ],
    });
    const items = await get(
      emulator,
      `appsessions/${sessionId}/properties/Output.AppResults/items`,
    );
    expect(items).toMatchObject({
      Type: "appresult[]",
      Items: [{ Content: { Id: response.Id } }],
      SortBy: "DateCreated",
    });
  });

  it("join the session that the query or the body names", async () => {
    await using emulator = await startTestEmulator(catalog);
    const first = await post(emulator, "projects/1/appresults", '{"Name":"a"}');
    const { Id: session } = first.response["AppSession"] as { Id: string };
    const second = await post(
      emulator,
      `projects/1/appresults?appsessionid=${session}`,
      '{"Name":"b"}',
    );
    const third = await post(
      emulator,
      "projects/1/appresults",
      `{"Name":"c","HrefAppSession":"v1pre3/appsessions/${session}"}`,
    );
    for (const { response } of [second, third]) {
      expect(response["AppSession"]).toMatchObject({ Id: session });
    }
    expect(await get(emulator, `appsessions/${session}/appresults`)).toMatchObject({
      TotalCount: 3,
    });
  });

  it("accept every status in any case, until it is final", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    await using emulator = await startTestEmulator(catalog, { clock });
    const result = await post(emulator, "projects/1/appresults", '{"Name":"a"}');
    const { Id: id } = result.response["AppSession"] as { Id: string };
    for (const [sent, stored] of [
      ["needsattention", "NeedsAttention"],
      ["TIMEDOUT", "TimedOut"],
      ["running", "Running"],
    ]) {
      const { response } = await post(
        emulator,
        `appsessions/${id}`,
        `status=${sent}`,
        "text/plain",
      );
      expect(response).toMatchObject({ Status: stored });
      expect(response["DateCompleted"]).toBeUndefined();
    }
    clock.advance(5000);
    const { response } = await post(
      emulator,
      `appsessions/${id}`,
      '{"Status":"complete","statussummary":"all done"}',
    );
    expect(response).toMatchObject({
      Status: "Complete",
      StatusSummary: "all done",
      DateCreated: "2026-01-01T00:00:00.0000000Z",
      DateCompleted: "2026-01-01T00:00:05.0000000Z",
      ModifiedOn: "2026-01-01T00:00:05.0000000Z",
    });
    expect(await get(emulator, `appresults/${result.response.Id}`)).toMatchObject({
      Status: "Complete",
      StatusSummary: "all done",
    });
    expect((await post(emulator, `appsessions/${id}`, "status=running")).status).toBe(409);
    const late = await post(emulator, `projects/1/appresults?appsessionid=${id}`, '{"Name":"b"}');
    expect(late.status).toBe(409);
    expect(await get(emulator, "projects/1/appresults?Statuses=complete,aborted")).toMatchObject({
      TotalCount: 1,
    });
    expect(await get(emulator, "projects/1/appresults?Statuses=running")).toMatchObject({
      TotalCount: 0,
    });
  });

  it("refuse an unknown status", async () => {
    await using emulator = await startTestEmulator(catalog);
    const result = await post(emulator, "projects/1/appresults", '{"Name":"a"}');
    const { Id: id } = result.response["AppSession"] as { Id: string };
    expect((await post(emulator, `appsessions/${id}`, "status=finished")).status).toBe(400);
  });
});

describe("properties", () => {
  it("are listed by name, fifty to a page, with values in the form of their type", async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `n.${100 + index}` }));
    await using emulator = await startTestEmulator({
      projects: [
        {
          id: "1",
          name: "p",
          samples: [{ id: "20", name: "s" }],
          properties: [
            { name: "Input.sample", type: "sample", content: "v1pre3/samples/20" },
            { name: "a.tags", items: ["x", "y"], description: "some" },
            { name: "a.map", contentMap: [{ Key: "k", Values: ["v1", "v2"] }] },
            { name: "a.maps", itemsMap: [[{ Key: "k", Values: ["v"] }]] },
            ...many,
          ],
        },
      ],
    });
    expect(await get(emulator, "projects/1/properties")).toMatchObject({
      Limit: 50,
      DisplayedCount: 50,
      TotalCount: 64,
      SortBy: "Name",
    });
    expect(await get(emulator, "projects/1/properties?Limit=4")).toMatchObject({
      Items: [
        { Type: "map", Content: [{ Key: "k", Values: ["v1", "v2"] }] },
        { Type: "map[]", Items: [[{ Key: "k", Values: ["v"] }]], ItemsTotalCount: 1 },
        { Type: "string[]", Items: ["x", "y"] },
        {
          Type: "sample",
          Href: "v1pre3/projects/1/properties/Input.sample",
          Content: { Id: "20", Href: "v1pre3/samples/20" },
        },
      ],
    });
    expect(await get(emulator, "projects/1/properties/a.tags")).toMatchObject({
      Type: "string[]",
      Description: "some",
      Items: ["x", "y"],
      HrefItems: "v1pre3/projects/1/properties/a.tags/items",
      ItemsDisplayedCount: 2,
      UserModifiedBy: { Name: "Emulator User" },
    });
    expect(await get(emulator, "projects/1/properties/a.tags/items?Limit=1")).toMatchObject({
      Type: "string[]",
      Items: [{ Id: "1", Content: "x" }],
      TotalCount: 2,
    });
    const absent = await emulator.get("projects/1/properties/none");
    expect(absent.status).toBe(404);
    expect(await absent.json()).toMatchObject({
      ResponseStatus: { ErrorCode: "BASESPACE.PROPERTIES.NOT_FOUND" },
    });
  });
});
