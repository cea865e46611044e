import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { ask, CATALOG, FASTQ, list, REPORT } from "../helpers/v2-account.ts";

/** An account with tokens of limited scopes. */
const ACCOUNT: Catalog = {
  ...CATALOG,
  tokens: [
    ...(CATALOG.tokens ?? []),
    { accessToken: "only-browse", scopes: "browse global" },
    { accessToken: "only-read", scopes: "browse global, read global" },
    { accessToken: "only-create", scopes: "browse global, create global" },
    { accessToken: "read-and-create", scopes: "read global, create global" },
  ],
};

interface Made {
  readonly Id: string;
  readonly AppSession: { readonly Id: string };
}

async function makeDataset(emulator: TestEmulator, name: string): Promise<Made> {
  const made = await ask(emulator, "POST datasets", { Name: name, ProjectId: "10" });
  expect(made.status).toBe(201);
  return made.body as Made;
}

async function post(
  emulator: TestEmulator,
  path: string,
  body: FormData | string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { "x-access-token": emulator.accessToken };
  const response = await fetch(`${emulator.apiServer}/v2/${path}`, {
    method: "POST",
    headers,
    body,
  });
  return { status: response.status, body: await response.json() };
}

function form(...files: readonly (readonly [name: string, text: string])[]): FormData {
  const fields = new FormData();
  for (const [name, text] of files) fields.append("file", new File([text], name));
  return fields;
}

describe("files of a dataset", () => {
  it("are uploaded as forms while its session runs, and are complete when the session is", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const { Id, AppSession } = await makeDataset(emulator, "fresh");
    const fields = new FormData();
    fields.append("directory", "/out/deep/");
    fields.append("file", new File(["all is well"], "notes.txt", { type: "text/plain" }));
    const sent = await post(emulator, `datasets/${Id}/files`, fields);
    const md5 = createHash("md5").update("all is well").digest("hex");
    expect(sent).toMatchObject({
      status: 201,
      body: {
        Href: expect.stringMatching(/^http.*\/v2\/files\/\d+$/) as string,
        Name: "notes.txt",
        Path: "out/deep/notes.txt",
        Size: 11,
        ContentType: "text/plain",
        ETag: md5,
      },
    });
    const { Id: fileId } = sent.body as { Id: string };
    expect(await (await emulator.get(`files/${fileId}/content`)).text()).toBe("all is well");
    expect((await list(emulator, `datasets/${Id}/files`)).Items).toMatchObject([{ Id: fileId }]);
    expect(await ask(emulator, `GET datasets/${Id}`)).toMatchObject({
      body: { UploadStatus: "Pending", TotalSize: 11 },
    });
    await ask(emulator, `POST appsessions/${AppSession.Id}`, { ExecutionStatus: "complete" });
    expect(await ask(emulator, `GET datasets/${Id}`)).toMatchObject({
      body: { UploadStatus: "Completed" },
    });
    const late = await post(emulator, `datasets/${Id}/files`, form(["late", "x"]));
    expect(late).toMatchObject({ status: 409, body: { ErrorCode: "Conflict" } });
  });

  it("are readable or refused where the Hrefs of their list lead", async () => {
    await using emulator = await startTestEmulator(ACCOUNT);
    const [listed] = (await list(emulator, `datasets/${REPORT}/files?extensions=txt`)).Items;
    const { Href, HrefContent } = listed as unknown as { Href: string; HrefContent: string };
    const follow = async (url: string, accessToken = emulator.accessToken): Promise<Response> =>
      await fetch(url, { headers: { "x-access-token": accessToken }, redirect: "manual" });
    expect(await (await follow(Href)).json()).toEqual({ UploadStatus: "complete", ...listed });
    const redirect = await follow(HrefContent);
    expect(redirect.status).toBe(302);
    expect(await (await fetch(redirect.headers.get("location") ?? "")).text()).toBe("all is well");
    const meta = await follow(`${HrefContent}?redirect=meta`);
    expect(await meta.json()).toEqual({
      Expires: expect.stringMatching(/Z$/) as string,
      HrefContent: expect.stringMatching(/Signature=/) as string,
      SupportsRange: true,
    });
    expect(await (await follow(`${HrefContent}?redirect=false`)).text()).toBe("all is well");
    const refused = await follow(HrefContent, "only-browse");
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { ErrorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS" },
    ]);
    expect((await follow(`${emulator.apiServer}/v2/files/1`)).status).toBe(403);
  });

  it("are refused without a form, without a file, with more than one, or without the right", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const { Id } = await makeDataset(emulator, "fresh");
    const path = `datasets/${Id}/files`;
    for (const body of ["plain", form(), form(["a", "1"], ["b", "2"])]) {
      expect((await post(emulator, path, body)).status).toBe(400);
    }
    const start = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    for (const body of ["no boundary at all", `${start}cut off here`]) {
      const headers = {
        "x-access-token": emulator.accessToken,
        "content-type": "multipart/form-data; boundary=x",
      };
      const url = `${emulator.apiServer}/v2/${path}`;
      const broken = await fetch(url, { method: "POST", headers, body });
      expect(broken.status).toBe(400);
    }
    // FASTQ belongs to a session of another application.
    expect((await post(emulator, `datasets/${FASTQ}/files`, form(["a", "1"]))).status).toBe(403);
    expect((await list(emulator, path)).Items).toEqual([]);
  });
});

describe("a dataset", () => {
  it("is not created without a project", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    expect((await ask(emulator, "POST datasets", { Name: "x" })).status).toBe(403);
    expect((await ask(emulator, "POST datasets", { Name: "x", ProjectId: "11" })).status).toBe(403);
    expect((await ask(emulator, "POST datasets", { ProjectId: "10" })).status).toBe(400);
  });

  it.each([
    [undefined, { Id: "common.files", Name: "Common Files", ConformsToIds: [] }],
    ["acme.report", { Name: "acme.report", ConformsToIds: ["common.files"] }],
    ["common.fastq", { Name: "Fastq", ConformsToIds: ["common.files", "common.fastq"] }],
  ])("of the type %s shows what it conforms to, and is filtered by it", async (typeId, type) => {
    await using emulator = await startTestEmulator(CATALOG);
    const made = await ask(emulator, "POST datasets", {
      Name: "typed",
      ProjectId: "10",
      ...(typeId === undefined ? {} : { DatasetTypeId: typeId }),
    });
    expect(made).toMatchObject({ status: 201, body: { DatasetType: type } });
    const found = (await list(emulator, "datasets?datasettypes=~common.files")).Items;
    expect(found.map(({ Name }) => Name)).toContain("typed");
  });

  it("is copied with its files, which remain when the original is deleted", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const project = await ask(emulator, "POST projects", { Name: "other" });
    const { Id: ProjectId } = project.body as { Id: string };
    const copied = await ask(emulator, `POST datasets/${FASTQ}/copy`, { ProjectId, Name: "twin" });
    expect(copied).toMatchObject({
      status: 201,
      body: {
        Name: "twin",
        Project: { Id: ProjectId },
        DatasetType: { Id: "illumina.fastq.v1.8" },
        TotalSize: 15,
      },
    });
    const { Id, V1pre3Id } = copied.body as { Id: string; V1pre3Id?: string };
    expect(V1pre3Id).toBeUndefined();
    expect(Id).not.toBe(FASTQ);
    await ask(emulator, "DELETE appsessions/40?bypasstrash=true");
    expect((await emulator.get("files/60/content")).status).toBe(410);
    const { Items } = await list(emulator, `datasets/${Id}/files`);
    expect(Items.map(({ Name }) => Name)).toEqual(["Rep1_R1.fastq.gz", "Rep1_R2.fastq.gz"]);
    expect(await (await emulator.get(`files/${Items[0]?.Id}/content`)).text()).toBe("reads");
  });

  it("is archived with its files, as runs are, and restored", async () => {
    await using emulator = await startTestEmulator(ACCOUNT);
    const all = { Datasets: [FASTQ, REPORT], Runs: ["50"] };
    const archived = await ask(emulator, "POST archive", all);
    expect(archived).toMatchObject({
      status: 200,
      body: {
        Datasets: [
          { Id: FASTQ, IsArchived: true },
          { Id: REPORT, IsArchived: true },
        ],
        Runs: [{ Id: "50", IsArchived: true }],
      },
    });
    expect((await list(emulator, "datasets?isarchived=true")).Paging).toMatchObject({
      TotalCount: 2,
    });
    expect((await emulator.get("files/60/content")).status).toBe(409);
    expect((await ask(emulator, "POST restore", { runs: ["50"] })).status).toBe(200);
    expect((await ask(emulator, "POST restore", { datasets: [FASTQ] })).status).toBe(200);
    expect(await (await emulator.get("files/60/content")).text()).toBe("reads");
    expect((await list(emulator, "runs")).Items).toMatchObject([{ IsArchived: false }]);
    for (const body of [{}, { Datasets: "x" }, { Runs: [50] }]) {
      expect((await ask(emulator, "POST archive", body)).status).toBe(400);
    }
    for (const token of ["the-guest", "only-read"]) {
      for (const body of [{ Datasets: [FASTQ] }, { Runs: ["50"] }]) {
        expect((await ask(emulator, "POST archive", body, token)).status).toBe(403);
      }
    }
  });

  it("is copied with the rights to read it and to create, and without pending files", async () => {
    await using emulator = await startTestEmulator(ACCOUNT);
    const copy = async (token: string): Promise<{ status: number; body: unknown }> =>
      await ask(emulator, `POST datasets/${REPORT}/copy`, { ProjectId: "10" }, token);
    for (const token of ["only-read", "only-create"]) {
      expect((await copy(token)).status).toBe(403);
    }
    const { status, body } = await copy("read-and-create");
    expect(status).toBe(201);
    const files = `datasets/${(body as { Id: string }).Id}/files?statuses=pending,complete`;
    expect((await list(emulator, files)).Items.map((file) => file["Path"])).toEqual([
      "summary.txt",
      "plots/a.png",
      "plots/deep/b.png",
      ".basespace/dataset.json",
    ]);
  });
});

describe("lists of v2", () => {
  it("exist for runs, in v1's form, and for libraries", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    expect(await list(emulator, "runs?sortby=TotalSize&statuses=Complete")).toMatchObject({
      Items: [{ Id: "50", Href: "v1pre3/runs/50", Name: "180718_M04074" }],
      Paging: { TotalCount: 1, SortBy: "TotalSize" },
    });
    expect((await list(emulator, "runs?statuses=Failed")).Items).toEqual([]);
    expect(await list(emulator, "libraries")).toMatchObject({
      Items: [{ Id: "80", BioSample: { Id: "70" } }],
      Paging: { TotalCount: 1 },
    });
    const hidden = await ask(emulator, "GET libraries", undefined, "the-guest");
    expect(hidden).toMatchObject({ status: 200, body: { Items: [] } });
    expect((await list(emulator, "users/current/notifications")).Items).toEqual([]);
    expect((await list(emulator, `datasets/${REPORT}/comments`)).Items).toEqual([]);
  });
});

describe("a list of runs", () => {
  it("has the runs that the token may see and that are not deleted", async () => {
    await using emulator = await startTestEmulator({
      users: [
        { id: "7", name: "A" },
        { id: "8", name: "B" },
      ],
      tokens: [{ accessToken: "of-one-run", scopes: "browse run 51" }],
      runs: [
        { id: "50", name: "own" },
        { id: "51", name: "shared", owner: "8", sharedWith: ["7"] },
        { id: "52", name: "another's", owner: "8" },
        { id: "53", name: "deleted", removed: true },
      ],
    });
    const seen = async (token?: string): Promise<unknown> => {
      const { body } = await ask(emulator, "GET runs", undefined, token);
      return (body as { Items: readonly { Id: string }[] }).Items.map(({ Id }) => Id);
    };
    expect(await seen()).toEqual(["50", "51"]);
    expect(await seen("of-one-run")).toEqual(["51"]);
  });
});

describe("a run", () => {
  it("is archived and restored with its files", async () => {
    await using emulator = await startTestEmulator(ACCOUNT);
    const [file] = (await list(emulator, "runs/50/files")).Items;
    const status = async (): Promise<number> =>
      (await emulator.get(`files/${file?.Id}/content`)).status;
    await ask(emulator, "POST archive", { Runs: ["50"] });
    expect(await status()).toBe(409);
    await ask(emulator, "POST restore", { Runs: ["50"] });
    expect(await status()).toBe(200);
  });

  it("has paths for statistics and libraries, and cannot be created by a client", async () => {
    await using emulator = await startTestEmulator({
      projects: [{ id: "10", name: "p", samples: [{ id: "20", name: "s" }] }],
      runs: [{ id: "50", name: "r", samples: ["20"], cycles: [151, 151, 8, 0] }],
    });
    expect(await (await emulator.get("runs/50/sequencingstats")).json()).toMatchObject({
      Response: { Href: "v1pre3/runs/50/sequencingstats", NumCyclesRead1: 151, NumReads: 3 },
    });
    expect(await (await emulator.get("runs/50/samplelibraries")).json()).toMatchObject({
      Response: { Items: [{ LibraryName: "s", State: "Active" }], TotalCount: 1 },
    });
    const made = await emulator.get("runs", { method: "POST", body: "{}" });
    expect(made.status).toBe(403);
  });
});
