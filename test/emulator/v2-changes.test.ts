import { describe, expect, it } from "vitest";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { ask, CATALOG, FASTQ, list, REPORT } from "../helpers/v2-account.ts";

describe("v2 properties", () => {
  it("have keys by type, and the types that only v2 has", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const path = `datasets/${REPORT}/properties`;
    const made = await ask(emulator, `POST ${path}`, {
      Properties: [
        { Type: "string[]", Name: "a.texts", ContentItems: ["x", "y"] },
        { Type: "map[]", Name: "b.maps", ContentMapItems: [[{ Key: "k", Values: ["v"] }]] },
        { Type: "biosample", Name: "c.bio", Content: "v2/biosamples/70" },
        {
          Type: "dataset[]",
          Name: "d.sets",
          Items: [`${emulator.apiServer}/v2/datasets/${FASTQ}`],
        },
        { Type: "user", Name: "e.user", Content: "v2/users/7" },
        { Type: "application", Name: "f.app", Content: "v2/applications/90" },
        { Type: "sample", Name: "g.sample", Content: "v1pre3/samples/20" },
      ],
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        Items: [
          { Type: "string[]", ContentItems: ["x", "y"], ItemsTotalCount: 2 },
          { ContentMapItems: [[{ Key: "k", Values: ["v"] }]] },
          { Type: "biosample", BioSample: { Id: "70" } },
          { DatasetItems: [{ Id: FASTQ }] },
          { User: { Id: "7" } },
          { Application: { Id: "90" } },
          { Sample: { Id: "20" } },
        ],
        Paging: { TotalCount: 7, SortBy: "Name" },
      },
    });
    expect(await ask(emulator, `GET ${path}/a.texts/items?limit=1`)).toMatchObject({
      body: { Items: [{ Id: "1", Content: "x" }], Paging: { TotalCount: 2 } },
    });
    expect(await ask(emulator, `GET ${path}/c.bio`)).toMatchObject({
      body: { UserModifiedBy: { Id: "7", HrefProperties: expect.anything() as unknown } },
    });
    expect(await ask(emulator, `DELETE ${path}/c.bio`)).toEqual({
      status: 204,
      body: undefined,
    });
    expect(await ask(emulator, `DELETE ${path}/c.bio`)).toMatchObject({
      status: 404,
      body: { ErrorCode: "BASESPACE.PROPERTIES.NOT_FOUND" },
    });
    // The same properties in v1's form.
    await ask(emulator, "POST projects/10/properties", {
      Properties: [{ Type: "biosample[]", Name: "bio", Items: ["v2/biosamples/70"] }],
    });
    expect(await (await emulator.get("projects/10/properties/bio")).json()).toMatchObject({
      Response: { Type: "biosample[]", Items: [{ BioSampleName: "Rep1" }] },
    });
  });

  it.each(["users/current", "biosamples/70", "libraries/80", "appsessions/41", "runs/50"])(
    "belong to %s",
    async (path) => {
      await using emulator = await startTestEmulator(CATALOG);
      const body = { properties: [{ type: "string", name: "my.note", content: "x" }] };
      expect((await ask(emulator, `POST ${path}/properties`, body)).status).toBe(201);
      expect(await ask(emulator, `GET ${path}/properties/my.note`)).toMatchObject({
        body: { Href: `${emulator.apiServer}/v2/${path}/properties/my.note`, Content: "x" },
      });
    },
  );
});

describe("what v2 creates and changes", () => {
  it("includes a session, which is stopped once, whatever its application", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const made = await ask(emulator, "POST appsessions", { Name: "mine", StatusSummary: "s" });
    expect(made).toMatchObject({
      status: 201,
      body: { Name: "mine", StatusSummary: "s", ExecutionStatus: "Running" },
    });
    const { Id } = made.body as { Id: string };
    const stopped = await ask(emulator, `POST appsessions/${Id}/stop`, {});
    expect(stopped).toMatchObject({
      status: 200,
      body: { ExecutionStatus: "Aborted", DateCompleted: expect.anything() as unknown },
    });
    expect((await ask(emulator, `POST appsessions/${Id}/stop`, {})).status).toBe(409);
    const launched = await emulator.get("applications/90/appsessions", {
      method: "POST",
      body: JSON.stringify({ Name: "theirs" }),
    });
    const { Response } = (await launched.json()) as { Response: { Id: string } };
    expect((await ask(emulator, `POST appsessions/${Response.Id}/stop`, {})).status).toBe(200);
  });

  it("includes a session, whose name and QC can change at any time, and its status until it ends", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const change = async (body: unknown): Promise<{ status: number; body: unknown }> =>
      await ask(emulator, "POST appsessions/41", body);
    expect(await change({ executionstatus: "complete", Name: "done" })).toMatchObject({
      status: 200,
      body: { ExecutionStatus: "Complete", Name: "done" },
    });
    expect(await change({ QcStatus: "QcFailed", DeliveryStatus: "Delivered" })).toMatchObject({
      status: 200,
      body: { QcStatus: "QcFailed", DeliveryStatus: "Delivered", ExecutionStatus: "Complete" },
    });
    expect((await change({ ExecutionStatus: "Running" })).status).toBe(409);
  });

  it("includes a project, a dataset in it, and the names of datasets and biosamples", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const made = await ask(emulator, "POST projects?name=new&description=d");
    expect(made).toMatchObject({ status: 201, body: { Name: "new", Description: "d" } });
    expect((await ask(emulator, "POST projects", { Name: "new" })).status).toBe(200);
    const { Id } = made.body as { Id: string };
    const dataset = await ask(emulator, `POST projects/${Id}/datasets`, {
      Name: "set",
      DatasetTypeId: "common.fastq",
      Attributes: { common_fastq: { IsPairedEnd: true } },
    });
    expect(dataset).toMatchObject({
      status: 201,
      body: {
        Id: expect.stringMatching(/^ds\.[0-9a-f]{32}$/) as string,
        DatasetType: { ConformsToIds: ["common.files", "common.fastq"] },
        Attributes: { common_fastq: { IsPairedEnd: true } },
        UploadStatus: "Pending",
      },
    });
    const path = `datasets/${(dataset.body as { Id: string }).Id}`;
    expect(await ask(emulator, `POST ${path}`, { Name: "renamed" })).toMatchObject({
      body: { Name: "renamed" },
    });
    expect(await ask(emulator, "POST biosamples/70", { LabStatus: "Done" })).toMatchObject({
      body: { BioSampleName: "Rep1", LabStatus: "Done" },
    });
  });
});

describe("the trash", () => {
  it("has a deleted session with its results until they are restored", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const deleted = await ask(emulator, "DELETE appsessions/40");
    expect(deleted).toMatchObject({
      status: 200,
      body: { Type: "appsession", Name: "FASTQ 1", TotalSize: 15, AppSession: { Id: "40" } },
    });
    expect((await ask(emulator, `GET datasets/${FASTQ}`)).status).toBe(410);
    expect((await ask(emulator, "GET appsessions/40")).status).toBe(410);
    expect((await emulator.get("samples/20")).status).toBe(410);
    expect((await emulator.get("files/60/content")).status).toBe(410);
    expect((await list(emulator, "datasets")).Paging).toMatchObject({ TotalCount: 1 });
    const { Items } = await list(emulator, "trash?sortby=TotalSize");
    expect(Items).toMatchObject([{ Name: "FASTQ 1" }]);
    const restore = `trash/${Items[0]?.Id}/restorefromtrash`;
    expect((await ask(emulator, `POST ${restore}`, {}, "only-write")).status).toBe(403);
    expect((await ask(emulator, `POST ${restore}`)).status).toBe(200);
    expect((await emulator.get("samples/20")).status).toBe(200);
    expect(await (await emulator.get("files/60/content")).text()).toBe("reads");
    expect((await ask(emulator, `POST ${restore}`)).status).toBe(403);
  });

  it.each([
    ["v2's trash", "v2/trash", 204],
    ["v1's trash", "v1pre3/users/current/trash", 200],
  ])("is emptied permanently by %s", async (_title, path, status) => {
    await using emulator = await startTestEmulator(CATALOG);
    await ask(emulator, "DELETE appsessions/40");
    const empty = async (accessToken: string): Promise<number> =>
      (
        await fetch(`${emulator.apiServer}/${path}`, {
          method: "DELETE",
          headers: { "x-access-token": accessToken },
        })
      ).status;
    expect(await empty("only-write")).toBe(403);
    expect(await empty(emulator.accessToken)).toBe(status);
    expect((await list(emulator, "trash")).Items).toEqual([]);
    expect((await emulator.get("samples/20")).status).toBe(410);
  });

  it("is bypassed, or gets only the files, if the request says so", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const files = await ask(emulator, "DELETE appsessions/40?preserve=Metadata");
    expect(files.status).toBe(200);
    expect((await emulator.get("samples/20")).status).toBe(200);
    expect((await emulator.get("files/60")).status).toBe(410);
    expect((await list(emulator, `datasets/${FASTQ}/files`)).Items).toEqual([]);
    expect(await ask(emulator, "DELETE appsessions/41?bypasstrash=true")).toEqual({
      status: 205,
      body: undefined,
    });
    expect((await list(emulator, "trash")).Paging).toMatchObject({ TotalCount: 1 });
    expect((await ask(emulator, `GET datasets/${REPORT}`)).status).toBe(410);
    const wrong = await ask(emulator, "DELETE appsessions/41", undefined, "only-write");
    expect(wrong.status).toBe(410);
  });
});
