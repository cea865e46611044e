import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppSessionId, ProjectId, RunId } from "../../src/core/ids.ts";
import { scriptedApi } from "../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { CATALOG, FASTQ, REPORT } from "../helpers/v2-account.ts";

const PROJECT = "10" as ProjectId;
const RUN = "50" as RunId;

let emulator: TestEmulator;
let client: BaseSpace;

beforeAll(async () => {
  emulator = await startTestEmulator(CATALOG);
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

describe("a dataset", () => {
  it("is made, filled, renamed, and complete with its session", async () => {
    const { datasets, appSessions } = client.v2;
    const made = await datasets.create(PROJECT, {
      name: "mine",
      datasetTypeId: "common.fastq",
      attributes: { common_fastq: { IsPairedEnd: true } },
    });
    expect(made).toMatchObject({ datasetType: "common.fastq", uploadStatus: "Pending" });
    expect(made.raw["Attributes"]).toEqual({ common_fastq: { IsPairedEnd: true } });
    const file = await datasets.upload(
      made.id,
      { path: 'out/ü "1".txt', contentType: "text/plain" },
      { bytes: Buffer.from("hello") },
    );
    expect(file).toMatchObject({ path: 'out/ü "1".txt', sizeBytes: 5, contentType: "text/plain" });
    await datasets.upload(made.id, { path: "empty" }, { bytes: new Uint8Array() });
    expect((await datasets.files(made.id).all()).map(({ path }) => path)).toEqual([
      'out/ü "1".txt',
      "empty",
    ]);
    const link = await client.files.link(file.id);
    expect(await (await fetch(link.url)).text()).toBe("hello");
    expect(await datasets.update(made.id, { name: "ours", qcStatus: "QcPassed" })).toMatchObject({
      name: "ours",
      raw: { QcStatus: "QcPassed" },
    });
    const session = made.appSession?.id as AppSessionId;
    await appSessions.update(session, { status: "Complete", comment: "all there" });
    expect((await datasets.get(made.id)).uploadStatus).toBe("Completed");
    await expect(
      datasets.upload(made.id, { path: "late" }, { bytes: Buffer.from("x") }),
    ).rejects.toMatchObject({ errorCode: "Conflict" });
  });

  it("takes long files by signed links, in parts, without the token", async () => {
    const bytes = Buffer.alloc(26 * 1024 * 1024 + 5, "lambda ");
    const { id } = await client.datasets.create(PROJECT, { name: "long" });
    emulator.clearRequests();
    const file = { path: "a/long.bin", contentType: "text/plain" };
    const sent = await client.datasets.upload(id, file, { bytes });
    expect(sent).toMatchObject({ ...file, sizeBytes: bytes.length });
    expect(sent.etag).toMatch(/^[0-9a-f]{32}-2$/);
    const puts = emulator.requests.filter(({ method }) => method === "PUT");
    expect(puts).toHaveLength(2);
    expect(emulator.leaks).toEqual([]);
    const link = await client.files.link(sent.id);
    const got = Buffer.from(await (await fetch(link.url)).arrayBuffer());
    expect(got.equals(bytes)).toBe(true);
    // When the response to its completion is lost, it is found by the ETag of the store.
    emulator.addFaults("POST /v2/datasets/*/file-upload-info n=1 reset-after");
    const again = await client.datasets.upload(id, { path: "b/long.bin" }, { bytes });
    expect(again).toMatchObject({ path: "b/long.bin", etag: sent.etag });
    expect(await client.datasets.files(id).all()).toHaveLength(2);
  });

  it("is copied, with another name or its own", async () => {
    const twin = await client.datasets.copy(REPORT, { projectId: PROJECT });
    expect(twin).toMatchObject({ name: "report", project: { id: PROJECT } });
    const paths = (await client.datasets.files(twin.id).all()).map(({ path }) => path);
    expect(paths).toContain("plots/deep/b.png");
    const named = await client.datasets.copy(REPORT, { projectId: PROJECT, name: "other" });
    expect(named.name).toBe("other");
  });

  it("is put into cold storage and fetched back, with runs", async () => {
    const both = { datasetIds: [FASTQ], runIds: [RUN] };
    const archived = await client.archive.add(both);
    expect(archived.datasets).toMatchObject([{ id: FASTQ, isArchived: true }]);
    expect(archived.runs).toMatchObject([{ id: RUN, raw: { IsArchived: true } }]);
    const [file] = await client.samples.files("20").all();
    if (file === undefined) throw new Error("no file");
    await expect(client.files.link(file.id)).rejects.toMatchObject({ reason: "archived" });
    expect((await client.archive.restore(both)).datasets).toMatchObject([{ isArchived: false }]);
    await expect(client.archive.add({})).rejects.toMatchObject({ reason: "usage" });
  });

  it("that arrives with other bytes is an error", async () => {
    const Id = "ds.1";
    const sent = { Id: "7", Href: "x", Name: "f", Path: "f", Size: 5, ETag: "0".repeat(32) };
    await using api = await scriptedApi(() => ({ body: sent }));
    const options = { apiServer: api.origin, accessToken: "a".repeat(32), environment: {} };
    await using hasty = new BaseSpace(options);
    await expect(
      hasty.datasets.upload(Id, { path: "f" }, { bytes: Buffer.from("hello") }),
    ).rejects.toThrow(/ETag 0{32}, sent were 5 with ETag 5d41402abc4b2a76b9719d911017c592/);
  });
});

describe("a link for a part", () => {
  const bytes = new Uint8Array(25_000_001);

  it.each([
    ["that cannot be put together", { MultipartTemplate: "https://store.invalid/key" }],
    ["that is missing", { MultipartSignatures: [] }],
    [
      "that leads to another machine by http",
      { MultipartTemplate: "http://store.invalid/{PartNumber}?Signature={Signature}" },
    ],
  ])("%s is not followed", async (_title, more) => {
    const links = {
      MultipartUploadId: "7",
      MultipartTemplate: "https://store.invalid/{PartNumber}?s={Signature}",
      MultipartSignatures: ["x"],
    };
    await using api = await scriptedApi(() => ({ body: { ...links, ...more } }));
    const options = { apiServer: api.origin, accessToken: "a".repeat(32), environment: {} };
    await using hasty = new BaseSpace(options);
    await expect(hasty.datasets.upload("ds.1", { path: "f" }, { bytes })).rejects.toThrow(
      /cannot be put together|leads where it must not/,
    );
    expect(api.received.map(({ method }) => method)).not.toContain("PUT");
  });
});

describe("a session by v2", () => {
  it("is made, changed, and deleted with or without its metadata", async () => {
    const { appSessions, trash } = client.v2;
    const made = await appSessions.create({ name: "go", statusSummary: "by hand" });
    expect(made).toMatchObject({ name: "go", status: "Running", statusSummary: "by hand" });
    const changed = await appSessions.update(made.id, {
      name: "gone",
      status: "NeedsAttention",
      statusSummary: "look",
      qcStatus: "QcFailed",
      deliveryStatus: "Delivered",
    });
    expect(changed).toMatchObject({
      name: "gone",
      status: "NeedsAttention",
      statusSummary: "look",
      raw: { QcStatus: "QcFailed", DeliveryStatus: "Delivered" },
    });
    const item = await appSessions.delete(made.id);
    expect(item).toMatchObject({ name: "gone" });
    await expect(appSessions.get(made.id)).rejects.toMatchObject({ reason: "not-found" });
    await trash.restore(item?.id ?? "");
    expect(await appSessions.delete(made.id, { keepMetadata: true })).toMatchObject({
      name: "gone",
    });
    expect((await appSessions.get(made.id)).name).toBe("gone");
    expect(await appSessions.delete(made.id, { bypassTrash: true })).toBeUndefined();
    await expect(appSessions.create({ name: " " })).rejects.toMatchObject({ reason: "usage" });
  });
});

describe("what else v2 has", () => {
  it("is projects with a description, runs, biosamples and their libraries", async () => {
    const { projects, runs, biosamples, libraries } = client.v2;
    const made = await projects.create({ name: "by v2", description: "why" });
    expect(made).toMatchObject({ name: "by v2", description: "why" });
    expect(await projects.get(made.id)).toMatchObject({ id: made.id });
    expect(await runs.list({ statuses: ["Complete"], sortBy: "Status" }).all()).toMatchObject([
      { id: RUN, href: "v1pre3/runs/50" },
    ]);
    expect(await biosamples.update("71", { labStatus: "Sequencing" })).toMatchObject({
      name: "Rep2",
      labStatus: "Sequencing",
    });
    const library = { id: "80", name: "Rep1", status: "Active", bioSample: { id: "70" } };
    expect(await biosamples.libraries("70").all()).toMatchObject([library]);
    expect(await libraries.list({ sortBy: "Name" }).all()).toMatchObject([library]);
    expect(await libraries.get("80")).toMatchObject(library);
    expect(await libraries.properties("80").all()).toEqual([]);
  });

  it("is apps in all their versions, and sessions by the family of their app", async () => {
    await using other = await startTestEmulator({
      applications: ["1.0.0", "2.0.0"].map((versionNumber, at) => ({
        id: String(90 + at),
        name: "FASTQ Generation",
        companyName: "Illumina",
        versionNumber,
        category: "Uploader",
      })),
      appSessions: [{ name: "of an older version", application: "90" }, { name: "of none" }],
    });
    const { apiServer, accessToken } = other;
    await using basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
    const { applications, appSessions } = basespace.v2;
    const category = "Uploader";
    expect(await applications.list({ category }).all()).toMatchObject([{ id: "91" }]);
    const all = await applications.list({ category, allVersions: true }).all();
    expect(all).toMatchObject([{ id: "90" }, { id: "91" }]);
    expect(await applications.get("90")).toMatchObject({ versionNumber: "1.0.0" });
    const applicationFamilySlugs = ["illumina.fastq-generation"];
    expect(await appSessions.list({ applicationFamilySlugs }).all()).toMatchObject([
      { name: "of an older version" },
    ]);
  });

  it("leaves statistics and libraries of a run to v1", async () => {
    await using other = await startTestEmulator({
      projects: [{ id: "10", name: "p", samples: [{ id: "20", name: "s" }] }],
      runs: [{ id: "50", name: "r", samples: ["20"], cycles: [151, 0, 8, 0] }],
    });
    const { apiServer, accessToken } = other;
    await using basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
    const stats = { numCyclesRead1: 151, numCyclesRead2: 0, numReads: 2, isIndexed: true };
    expect(await basespace.runs.sequencingStats(RUN)).toMatchObject(stats);
    expect(await basespace.runs.libraries(RUN).all()).toMatchObject([
      { name: "s", status: "Active" },
    ]);
  });
});
