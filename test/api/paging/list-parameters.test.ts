import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import type { ProjectId, SampleId } from "../../../src/core/ids.ts";
import { type ScriptedApi, scriptedApi } from "../../helpers/scripted-api.ts";

/* Parameters as a program without types may give them. */

let api: ScriptedApi;
let client: BaseSpace;

beforeAll(async () => {
  const empty = { Items: [], DisplayedCount: 0, TotalCount: 0 };
  api = await scriptedApi((_request, url) =>
    url.pathname.startsWith("/v2/")
      ? { body: { Items: [], Paging: { ...empty, Items: undefined } } }
      : { body: { Response: empty, ResponseStatus: {}, Notifications: [] } },
  );
  client = new BaseSpace({ apiServer: api.origin, accessToken: "t", environment: {} });
});

afterAll(async () => {
  await client.close();
  await api[Symbol.asyncDispose]();
});

const project = "1" as ProjectId;
const sample = "2" as SampleId;
const untyped = (params: unknown): never => params as never;

async function queryOf(read: () => Promise<unknown>): Promise<Record<string, string>> {
  api.received.length = 0;
  await read();
  const url = new URL(api.received[0]?.url ?? "/", api.origin);
  return Object.fromEntries(url.searchParams);
}

describe("parameters of lists", () => {
  test.each([null, 5, "name"])("are an object, not %j", (params) => {
    expect(() => client.users.projects(untyped(params))).toThrow(
      expect.objectContaining({ reason: "usage" }),
    );
  });

  test("are sent in the service's spelling, by Id in ascending order by default", async () => {
    expect(await queryOf(() => client.projects.samples(project).all())).toEqual({
      SortBy: "Id",
      SortDir: "Asc",
      Offset: "0",
      Limit: "1024",
    });
    const files = client.samples.files(sample, {
      extensions: [".bam", "vcf"],
      directory: "/",
      sortBy: "Path",
      sortDir: "Desc",
    });
    expect(await queryOf(() => files.page({ offset: 5, limit: 7 }))).toEqual({
      Extensions: ".bam,.vcf",
      Directory: "/",
      SortBy: "Path",
      SortDir: "Desc",
      Offset: "5",
      Limit: "7",
    });
    const sessions = client.v2.appSessions.list({
      outputProjects: [project],
      ownedByCurrentUser: true,
    });
    expect(await queryOf(() => sessions.all({ pageSize: 10 }))).toEqual({
      "output.projects": "1",
      ownedbycurrentuser: "true",
      sortby: "Id",
      sortdir: "Asc",
      offset: "0",
      limit: "10",
    });
  });

  test("take statuses in any case", async () => {
    const results = client.projects.appResults(
      project,
      untyped({ statuses: ["complete", "RUNNING"] }),
    );
    expect(await queryOf(() => results.all())).toMatchObject({ Statuses: "Complete,Running" });
  });

  test.each([
    ["a way to sort that the list does not have", { sortBy: "Size" }],
    ["an order that is none", { sortDir: "Up" }],
    ["an unknown name", { SortBy: "Id" }],
    ["an inherited name", { constructor: "x" }],
    ["an unknown state", { statuses: ["Done"] }],
    ["a text in place of a list", { statuses: "Complete" }],
  ])("are refused before anything is sent: %s", (_what, params) => {
    api.received.length = 0;
    expect(() => client.projects.appResults(project, untyped(params))).toThrow(
      expect.objectContaining({ reason: "usage" }),
    );
    expect(api.received).toEqual([]);
  });

  test.each([
    ["an extension with a comma", { extensions: [".bam,.vcf"] }],
    ["an empty extension", { extensions: [""] }],
    ["a number as a folder", { directory: 7 }],
  ])("are refused for files: %s", (_what, params) => {
    expect(() => client.samples.files(sample, untyped(params))).toThrow(
      expect.objectContaining({ reason: "usage" }),
    );
  });

  test.each([
    { offset: -1 },
    { offset: 1.5 },
    { limit: 1025 },
    { limit: -1 },
    { limit: Number.NaN },
  ])("a page cannot be %j", async (window) => {
    await expect(client.projects.samples(project).page(window)).rejects.toMatchObject({
      reason: "usage",
    });
  });

  test("a page may hold nothing, to count", async () => {
    const page = await client.projects.samples(project).page({ limit: 0 });
    expect(page.totalCount).toBe(0);
  });

  test("a crawl's page has 1 to 1024 items", async () => {
    for (const pageSize of [0, 1025, 1.5]) {
      await expect(client.users.runs().all({ pageSize })).rejects.toMatchObject({
        reason: "usage",
      });
    }
  });
});
