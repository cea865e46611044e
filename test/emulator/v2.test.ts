import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { ask, CATALOG, FASTQ, type Json, list, type Page, REPORT } from "../helpers/v2-account.ts";

/** Keys that a dataset need not have, and a run in v2 never has: web pages. */
const OPTIONAL =
  /\.(HomepageUri|DatePublished|V1pre3Id|DateStarted)$|^\.Items\[\]\.HrefBaseSpaceUI$/;

function keyPaths(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : keyPaths(value[0], `${at}[]`);
  if (typeof value !== "object" || value === null) return [];
  const paths = Object.entries(value).flatMap(([key, item]) => [
    `${at}.${key}`,
    ...keyPaths(item, `${at}.${key}`),
  ]);
  return paths.filter((path) => !OPTIONAL.test(path));
}

describe("v2 responses", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    emulator = await startTestEmulator(CATALOG);
  });
  afterAll(async () => await emulator.close());

  it.each([
    ["v2-biosamples-page", "biosamples?projectid=10&sortby=Name&offset=0&limit=5"],
    ["v2-appsessions-page", "appsessions?output.projects=&appid=90&sortby=Name"],
    ["v2-dataset-files-page", `datasets/${FASTQ}/files?sortby=Name&turbomode=False`],
    [
      "v2-datasets-page",
      "datasets?include=properties&propertyfilters=Input.Libraries%2CInput.Runs%2CBaseSpace.Metrics.FastQ&datasettypes=~common.fastq&inputbiosamples=70&sortby=Name",
    ],
  ])("have the keys of %s in their order", async (name, path) => {
    const file = new URL(`../fixtures/recordings/${name}.json`, import.meta.url);
    const recorded = JSON.parse(await readFile(file, "utf8")) as { body: unknown };
    expect(keyPaths(await list(emulator, path))).toEqual(keyPaths(recorded.body));
  });

  it("have absolute Hrefs, except those of applications and runs, which are v1's", async () => {
    const { body } = await ask(emulator, `GET datasets/${FASTQ}?include=Properties`);
    const origin = `${emulator.apiServer}/v2`;
    expect(body).toMatchObject({
      Href: `${origin}/datasets/${FASTQ}`,
      HrefFiles: `${origin}/datasets/${FASTQ}/files`,
      Project: { Href: `${origin}/projects/10`, UserOwnedBy: { Href: `${origin}/users/7` } },
      AppSession: {
        Href: `${origin}/appsessions/40`,
        Application: { Href: "v1pre3/applications/90" },
      },
      UserOwnedBy: { HrefProperties: `${origin}/users/current/properties` },
      TotalSize: 15,
      V1pre3Id: "sample.20",
      Attributes: { common_fastq: { MaxLengthRead1: 151, TotalReadsRaw: 20 } },
    });
    const { Properties } = body as { Properties: Page };
    const [, libraries, runs] = Properties.Items;
    expect(libraries).toMatchObject({
      SampleLibraryItems: [{ Id: "80", BioSample: { Id: "70", Href: `${origin}/biosamples/70` } }],
    });
    expect(runs).toMatchObject({ RunItems: [{ Href: "v1pre3/runs/50" }] });
  });

  it("have runs without the web page that v1 names", async () => {
    const { Items } = await list(emulator, "runs");
    const { body } = await ask(emulator, "POST archive", { Runs: ["50"] });
    await ask(emulator, "POST restore", { Runs: ["50"] });
    const dataset = await ask(emulator, `GET datasets/${FASTQ}?include=Properties`);
    const { Properties } = dataset.body as { Properties: { Items: { RunItems?: Json[] }[] } };
    const referred = Properties.Items.flatMap(({ RunItems = [] }) => RunItems);
    expect(referred).toHaveLength(1);
    for (const run of [...Items, ...(body as { Runs: Json[] }).Runs, ...referred]) {
      expect(run).toMatchObject({ Href: "v1pre3/runs/50", SequencingStats: {} });
      expect(run).not.toHaveProperty("HrefBaseSpaceUI");
    }
    expect(await (await emulator.get("users/current/runs")).json()).toMatchObject({
      Response: { Items: [{ HrefBaseSpaceUI: `${emulator.apiServer}/run/50/180718_M04074` }] },
    });
  });

  it("replace an unknown sortby, and echo it", async () => {
    expect((await list(emulator, "biosamples?sortby=Name")).Paging).toEqual({
      DisplayedCount: 2,
      TotalCount: 2,
      Offset: 0,
      Limit: 10,
      SortDir: "Asc",
      SortBy: "Id",
    });
    expect((await list(emulator, "datasets?limit=1")).Paging).toMatchObject({
      DisplayedCount: 1,
      TotalCount: 2,
      SortBy: "DateCreated",
      SortDir: "Desc",
    });
  });

  it.each([
    ["biosamples?biosamplename=rep1&biosamplename=rep9", ["70"]],
    ["biosamples?labstatus=Done,Other", ["71"]],
    ["biosamples?propertynamestartswith[]=lab.", ["70"]],
    ["biosamples/70/libraries", ["80"]],
    ["datasets?datasettypes=~common.files&sortby=Name", [FASTQ, REPORT]],
    ["datasets?datasettypes=acme.report", [REPORT]],
    ["datasets?datasettypes=common.fastq", []],
    ["datasets?inputbiosamples=70", [FASTQ]],
    ["datasets?inputruns=50", [FASTQ]],
    ["datasets?appsessionids=41,99", [REPORT]],
    ["datasets?isarchived=True", []],
    ["projects/10/datasets?sortby=Size", [REPORT, FASTQ]],
    ["appsessions?executionstatus=running", ["41"]],
    ["appsessions?qcstatus=qcpassed", ["41"]],
    ["appsessions?applicationfamilyslugs=illumina.fastq-generation", ["40"]],
    ["appsessions?input.runs=50", ["41"]],
    ["appsessions?name=RUN%20it", ["41"]],
    ["appsessions?ownedbycurrentuser=true&sortby=Id&sortdir=desc&limit=2", ["41", "40"]],
    ["applications?category=Other", []],
    ["applications?allversions=true&limit=1", ["90"]],
    ["appsessions/41/logfiles", []],
  ])("to %s are filtered", async (path, ids) => {
    expect((await list(emulator, path)).Items.map(({ Id }) => Id)).toEqual(ids);
  });

  it("list a dataset's files: all, a folder with its subfolders, filtered, with signed links", async () => {
    const names = async (query: string): Promise<string[]> => {
      const { Items } = await list(emulator, `datasets/${REPORT}/files?sortby=Path&${query}`);
      return Items.map((item) => String(item["Path"]));
    };
    const all = [".basespace/dataset.json", "plots/a.png", "plots/deep/b.png", "summary.txt"];
    expect(await names("")).toEqual(all);
    expect(await names("excludesystemfolder=True&excludeemptyfiles=True")).toEqual([
      "plots/deep/b.png",
      "summary.txt",
    ]);
    expect(await names("extensions=.png")).toEqual(["plots/a.png", "plots/deep/b.png"]);
    expect(await names("excludeextensions=png,json")).toEqual(["summary.txt"]);
    expect(await names("pathprefix=plots/d")).toEqual(["plots/deep/b.png"]);
    expect(await names("statuses=pending")).toEqual(["late.txt"]);
    expect(await names("directory=plots&includesubdirectories=true")).toEqual([
      "plots/a.png",
      "plots/deep/b.png",
    ]);
    const root = await list(emulator, `datasets/${REPORT}/files?directory=/`);
    expect(root.Items.map(({ Name }) => Name)).toEqual(["summary.txt"]);
    expect(root.SubDirectories?.map((folder) => folder["Name"])).toEqual([".basespace", "plots"]);
    const path = `datasets/${REPORT}/files?extensions=txt&filehrefcontentresolution=true`;
    const [signed] = (await list(emulator, path)).Items;
    expect(await (await fetch(String(signed?.["HrefContent"]))).text()).toBe("all is well");
    const onV1 = await emulator.get(`files/${signed?.Id}`);
    const { Response } = (await onV1.json()) as { Response: Json };
    expect(Object.keys(Response).filter((key) => key.startsWith("Parent"))).toEqual([]);
    expect((await list(emulator, "runs/50/files")).Items).toHaveLength(1);
  });

  it("show the current user", async () => {
    const own = await ask(emulator, "GET users/current");
    expect(own.body).toMatchObject({ Id: "7", Href: `${emulator.apiServer}/v2/users/7` });
    expect((await ask(emulator, "GET users/99")).status).toBe(403);
  });

  it("hide what is not shared, and refuse it in v2's form", async () => {
    const refused = await ask(emulator, `GET datasets/${FASTQ}`, undefined, "the-guest");
    expect(refused).toEqual({
      status: 403,
      body: {
        ErrorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
        ErrorMessage: "Sorry but this requires BROWSE access to this Dataset resource.",
        RequestId: expect.stringMatching(/^\d{4}\./) as string,
        AdditionalData: {},
      },
    });
    expect((await ask(emulator, "GET biosamples/72")).status).toBe(403);
    expect((await ask(emulator, "GET biosamples", undefined, "nonsense")).status).toBe(401);
    expect((await ask(emulator, "GET nothing")).body).toHaveProperty("ResponseStatus");
  });
});
