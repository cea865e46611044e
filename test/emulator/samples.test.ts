import { describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

const CATALOG = {
  applications: [{ id: "90", name: "Other" }],
  tokens: [
    { accessToken: "may-create", scopes: "create project 10, browse global" },
    { accessToken: "other-app", application: "90", scopes: "write global" },
  ],
  projects: [{ id: "10", name: "p" }],
} as const;

interface Received {
  readonly Response: {
    readonly Id: string;
    readonly AppSession: { readonly Id: string };
  };
}

async function post(
  emulator: TestEmulator,
  path: string,
  body: string,
  accessToken = emulator.accessToken,
): Promise<{ status: number; body: Received }> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await emulator.get(path, { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Received };
}

const SAMPLE = JSON.stringify({
  Name: "NA12878",
  ExperimentName: "exp",
  SampleNumber: 3,
  SampleId: "id-1",
  NumReadsRaw: 100,
  NumReadsPF: 90,
  Read1: 151,
  Read2: 150,
  IsPairedEnd: "True",
  HrefGenome: "v1pre3/genomes/4",
});

describe("a sample", () => {
  it("is created in a project, with a new session that lists it", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const { status, body } = await post(emulator, "projects/10/samples", SAMPLE);
    expect(status).toBe(201);
    expect(body.Response).toMatchObject({
      Name: "NA12878",
      ExperimentName: "exp",
      SampleNumber: 3,
      SampleId: "id-1",
      IsPairedEnd: true,
      Read1: 151,
      Read2: 150,
      NumReadsRaw: 100,
      TotalReadsPF: 180,
      HrefGenome: "v1pre3/genomes/4",
      Status: "Running",
      AppSession: { Name: "NA12878", Application: { Name: "BaseSpace Emulator" } },
    });
    const { Id, AppSession } = body.Response;
    const list = await emulator.get("projects/10/samples");
    expect(await list.json()).toMatchObject({ Response: { Items: [{ Id }] } });
    const output = `appsessions/${AppSession.Id}/properties/Output.Samples/items`;
    expect(await (await emulator.get(output)).json()).toMatchObject({
      Response: { Type: "sample[]", Items: [{ Content: { Id } }] },
    });
  });

  it("accepts files until its session has ended", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const { Response } = (await post(emulator, "projects/10/samples", SAMPLE)).body;
    const path = `samples/${Response.Id}/files?name=a_R1.fastq.gz&directory=reads`;
    const file = await post(emulator, path, "reads");
    expect([file.status, file.body.Response]).toMatchObject([
      201,
      { Path: "reads/a_R1.fastq.gz", ParentSample: { Id: Response.Id, TotalSize: 5 } },
    ]);
    expect((await post(emulator, path, "x", "other-app")).status).toBe(403);
    const pending = await post(emulator, `${path}&multipart=true`, "");
    const { Id } = pending.body.Response;
    await emulator.get(`files/${Id}/parts/2`, { method: "PUT", body: "two" });
    await emulator.get(`files/${Id}/parts/1`, { method: "PUT", body: "one" });
    expect(await (await emulator.get(`files/${Id}/parts`)).json()).toMatchObject({
      Response: {
        Items: [
          { Number: 1, Size: 3, ETag: "f97c5d29941bfb1b2fdab0874906ab82" },
          { Number: 2, Size: 3, ETag: "b8a9f715dbb64fd5c56e7783c6820a61" },
        ],
        TotalCount: 2,
      },
    });
    expect((await post(emulator, `files/${Id}?uploadstatus=aborted`, "")).status).toBe(200);
    await post(emulator, `appsessions/${Response.AppSession.Id}?status=complete`, "");
    expect((await post(emulator, path, "x")).status).toBe(409);
  });

  it("joins the session that is named, unless that has ended", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const first = (await post(emulator, "projects/10/samples", SAMPLE)).body.Response;
    const path = `projects/10/samples?appsessionid=${first.AppSession.Id}`;
    const second = await post(emulator, path, SAMPLE);
    expect(second.body.Response.AppSession.Id).toBe(first.AppSession.Id);
    await post(emulator, `appsessions/${first.AppSession.Id}?status=aborted`, "");
    expect((await post(emulator, path, SAMPLE)).status).toBe(409);
  });

  it("is refused with a token that may only create, without a name, and with invalid numbers", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const path = "projects/10/samples";
    expect((await post(emulator, path, SAMPLE, "may-create")).status).toBe(403);
    expect((await post(emulator, path, '{"Name":" "}')).status).toBe(400);
    expect((await post(emulator, path, '{"Name":"x","Read1":"long"}')).status).toBe(400);
  });
});

describe("the library of a sample", () => {
  it("has Ids of its own, and the indexes in the catalog", async () => {
    const index1 = { id: "6497495", name: "7015", sequence: "TCTCTACT" };
    const samples = [
      { id: "20", name: "plain" },
      { id: "21", name: "indexed", library: { id: "81", index1, index2: { sequence: "GAN" } } },
      {
        id: "22",
        name: "again",
        library: { biologicalSampleId: "91", index1: { sequence: "GA" } },
      },
    ];
    await using emulator = await startTestEmulator({
      projects: [{ id: "10", name: "p", samples }],
      runs: [{ id: "50", name: "run", samples: ["20", "21", "22"] }],
    });
    const response = await emulator.get("projects/10/samples");
    const { Response } = (await response.json()) as { Response: { Items: { Library: Library }[] } };
    const libraries = Response.Items.map((item) => item.Library);
    const shown = libraries.map(({ Id, BiologicalSample, Index1, Index2 }) => {
      return [Id, BiologicalSample.Id, Index1, Index2];
    });
    const incompatibility = { Incompatibility: "None" };
    const first = { Id: "6497495", Name: "7015", Sequence: "TCTCTACT", ...incompatibility };
    expect(shown).toEqual([
      ["720", "820", undefined, undefined],
      ["81", "821", first, { Id: "315", Name: "GAN", Sequence: "GAN", ...incompatibility }],
      ["722", "91", { Id: "31", Name: "GA", Sequence: "GA", ...incompatibility }, undefined],
    ]);
    expect(libraries.map(({ Href, BiologicalSample }) => [Href, BiologicalSample.Href])).toEqual([
      ["v1pre3/libraries/720", "v1pre3/biologicalsamples/820"],
      ["v1pre3/libraries/81", "v1pre3/biologicalsamples/821"],
      ["v1pre3/libraries/722", "v1pre3/biologicalsamples/91"],
    ]);
    const ofRun = await (await emulator.get("runs/50/samplelibraries")).json();
    expect(ofRun).toMatchObject({ Response: { Items: libraries } });
  });
});

interface Library {
  readonly Id: string;
  readonly Href: string;
  readonly BiologicalSample: { readonly Id: string; readonly Href: string };
  readonly Index1?: unknown;
  readonly Index2?: unknown;
}
