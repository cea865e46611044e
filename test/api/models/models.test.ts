import { describe, expect, test } from "vitest";
import { decodeAppResult } from "../../../src/api/models/app-result.ts";
import { decodeAppSession } from "../../../src/api/models/app-session.ts";
import { decodeBioSample } from "../../../src/api/models/biosample.ts";
import { decodeDataset } from "../../../src/api/models/dataset.ts";
import { decodeFile } from "../../../src/api/models/file.ts";
import type { Decode } from "../../../src/api/models/parse.ts";
import { decodeProject } from "../../../src/api/models/project.ts";
import { decodeProperty } from "../../../src/api/models/decode-property.ts";
import { decodeSample } from "../../../src/api/models/sample.ts";
import { recording } from "../../helpers/scripted-api.ts";

const PROJECT = {
  Id: "1",
  Href: "v1pre3/projects/1",
  Name: "p",
  DateCreated: "2017-03-04T05:06:07",
};

async function responseOf(name: string): Promise<Record<string, unknown>> {
  const { body } = await recording(name);
  return (body["Response"] ?? body) as Record<string, unknown>;
}

describe("recorded resources", () => {
  test.each([
    ["v1-project", decodeProject],
    ["v1-sample", decodeSample],
    ["v1-appresult", decodeAppResult],
    ["v1-file-of-sample", decodeFile],
    ["v1-file-of-appresult", decodeFile],
  ] as readonly [string, Decode<{ raw: unknown; id: string; name: string }>][])(
    "%s decodes and keeps the JSON as it came",
    async (name, decode) => {
      const json = await responseOf(name);
      const model = decode(json, "Response");
      expect(model).toMatchObject({ id: json["Id"], name: json["Name"] });
      expect(model.raw).toBe(json);
      expect(Object.values(model)).not.toContain(undefined);
      expect(Object.values(model)).not.toContain(null);
    },
  );

  test.each([
    ["v1-projects-page", decodeProject],
    ["v1-samples-list", decodeSample],
    ["v1-appresults-list", decodeAppResult],
    ["v1-files-list", decodeFile],
    ["v2-appsessions-page", decodeAppSession],
    ["v2-biosamples-page", decodeBioSample],
    ["v2-datasets-page", decodeDataset],
    ["v2-dataset-files-page", decodeFile],
  ] as readonly [string, Decode<{ id: string }>][])(
    "every item of %s decodes",
    async (name, decode) => {
      const { Items } = await responseOf(name);
      const items = Items as readonly Record<string, unknown>[];
      expect(items.length).toBeGreaterThan(0);
      for (const [index, item] of items.entries()) {
        expect(decode(item, `Items[${index}]`).id).toBe(item["Id"]);
      }
    },
  );

  test("a sample's properties decode", async () => {
    const { Properties } = await responseOf("v1-sample");
    const { Items } = Properties as { readonly Items: readonly { readonly Name: string }[] };
    expect(Items.map((item, index) => decodeProperty(item, `Items[${index}]`).name)).toEqual(
      Items.map(({ Name }) => Name),
    );
  });

  test("a file has its size, path, dates and ETag", async () => {
    const file = decodeFile(await responseOf("v1-file-of-sample"), "Response");
    expect(file).toMatchObject({
      sizeBytes: 76_874_315,
      path: "Myeloid-RNA-SeraSeq-Rep1_S2_L001_R2_001.fastq.gz",
      dateCreated: new Date("2018-07-19T23:48:58Z"),
      etag: "aff57840cf045049c1f001a8e5e93eb5-10",
      isArchived: false,
      uploadStatus: "complete",
    });
  });

  test("a sample has its reads, genome, library and projects", async () => {
    const json = await responseOf("v1-sample");
    const sample = decodeSample(json, "Response");
    expect(sample).toMatchObject({
      numReadsRaw: json["NumReadsRaw"],
      numReadsPf: json["NumReadsPF"],
      read1: 151,
      read2: 151,
      sampleNumber: json["SampleNumber"],
      genome: { id: "4", speciesName: "Homo sapiens", source: "UCSC", build: "hg19" },
      library: {
        id: "58863451",
        name: "Myeloid-RNA-SeraSeq-Rep1",
        status: "Active",
        biologicalSampleId: "104555094",
        index1: { id: "6497495", name: "7015", sequence: "TCTCTACT" },
        index2: { id: "6497504", name: "5002", sequence: "GATATCGA" },
      },
      projects: [{ id: "86591915", totalSizeBytes: 2_971_103_577 }],
    });
    expect([sample.numReadsRaw, sample.sampleNumber].every(Number.isInteger)).toBe(true);
    const { Items } = await responseOf("v1-samples-list");
    expect(decodeSample((Items as unknown[])[0], "Items[0]").library).toEqual(sample.library);
  });

  test("an app result has its projects, and a file what it belongs to", async () => {
    const result = decodeAppResult(await responseOf("v1-appresult"), "Response");
    expect(result.projects).toMatchObject([{ id: expect.stringMatching(/^\d+$/) as string }]);
    const ofSample = decodeFile(await responseOf("v1-file-of-sample"), "Response");
    expect(ofSample.parentSample).toMatchObject({ id: "155127035", read1: 151 });
    const ofResult = decodeFile(await responseOf("v1-file-of-appresult"), "Response");
    expect(ofResult.parentAppResult).toMatchObject({ status: "Complete", appSession: {} });
    expect([ofSample.parentRun, ofSample.parentAppResult, ofResult.parentSample]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("sessions of v1 and v2 come out alike", async () => {
    const { AppSession } = await responseOf("v1-sample");
    expect(decodeAppSession(AppSession, "AppSession")).toMatchObject({
      status: "Complete",
      dateModified: new Date("2022-08-22T21:48:05Z"),
    });
    const { Items } = await responseOf("v2-appsessions-page");
    expect(decodeAppSession((Items as unknown[])[0], "Items[0]")).toMatchObject({
      status: "Complete",
      dateModified: new Date("2022-11-13T15:23:59Z"),
    });
  });
});

describe("the edge", () => {
  test("takes dates with and without Z as UTC", () => {
    expect(decodeProject(PROJECT, "").dateCreated).toEqual(new Date("2017-03-04T05:06:07Z"));
    const withZ = { ...PROJECT, DateCreated: "2017-03-04T05:06:07.1234500Z" };
    expect(decodeProject(withZ, "").dateCreated).toEqual(new Date("2017-03-04T05:06:07.123Z"));
  });

  test("leaves out a date of year 1", () => {
    const project = decodeProject({ ...PROJECT, DateModified: "0001-01-01T00:00:00.0000000Z" }, "");
    expect(project).not.toHaveProperty("dateModified");
  });

  test("takes null for absent", () => {
    const project = decodeProject({ ...PROJECT, Description: null, UserOwnedBy: null }, "");
    expect(project).not.toHaveProperty("description");
    expect(project).not.toHaveProperty("userOwnedBy");
  });

  test("keeps an empty text", () => {
    expect(decodeProject({ ...PROJECT, Description: "" }, "").description).toBe("");
  });

  test("makes a text of a small numeric Id and refuses one that may have lost digits", () => {
    expect(decodeProject({ ...PROJECT, Id: 12 }, "").id).toBe("12");
    expect(() => decodeProject({ ...PROJECT, Id: 2 ** 53 }, "Response")).toThrow(/^Response\.Id/);
  });

  test("takes sizes beyond 4 GiB and refuses what is no size", () => {
    expect(decodeProject({ ...PROJECT, TotalSize: 2 ** 40 }, "").totalSizeBytes).toBe(2 ** 40);
    for (const TotalSize of [-1, 1.5, "12", Number.NaN]) {
      expect(() => decodeProject({ ...PROJECT, TotalSize }, "Items[3]")).toThrow(
        /^Items\[3\]\.TotalSize/,
      );
    }
  });

  const SAMPLE = { Id: "2", Href: "v1pre3/samples/2", Name: "s" };
  const FILE = { Id: "3", Href: "v1pre3/files/3", Name: "f", Size: 1 };

  test.each([
    [decodeSample, SAMPLE, { Genome: null, Library: null, Read1: null, Projects: null }],
    [decodeSample, SAMPLE, { Library: { Id: "1", Href: "x", Index1: null, BiologicalSample: {} } }],
    [decodeSample, SAMPLE, { Genome: { Id: 4 }, Library: { Id: "1", Href: "x", Index1: {} } }],
    [decodeAppResult, SAMPLE, { Projects: [] }],
    [decodeFile, FILE, { ParentSample: null, ParentAppResult: null, ParentRun: null }],
  ] as readonly [Decode<unknown>, object, object][])("takes what is half there: %#", (...row) => {
    const [decode, json, more] = row;
    expect(decode({ ...json, ...more }, "")).toMatchObject({ name: expect.any(String) as string });
  });

  test.each([
    [decodeSample, SAMPLE, { Read1: -1 }, "Read1"],
    [decodeSample, SAMPLE, { SampleNumber: "1" }, "SampleNumber"],
    [decodeSample, SAMPLE, { NumReadsRaw: 1.5 }, "NumReadsRaw"],
    [decodeSample, SAMPLE, { Genome: [] }, "Genome"],
    [decodeSample, SAMPLE, { Library: { Id: "1", Href: "x", Index2: 7 } }, "Library.Index2"],
    [decodeSample, SAMPLE, { Projects: {} }, "Projects"],
    [decodeAppResult, SAMPLE, { Projects: [PROJECT, {}] }, "Projects[1].Id"],
    [decodeFile, FILE, { ParentRun: { Id: "1" } }, "ParentRun.Href"],
    [decodeFile, FILE, { ParentSample: { ...SAMPLE, Read2: {} } }, "ParentSample.Read2"],
  ] as readonly [Decode<unknown>, object, object, string][])(
    "names what is of another kind: %#",
    (decode, json, more, path) => {
      expect(() => decode({ ...json, ...more }, "Items[3]")).toThrow(`Items[3].${path}:`);
    },
  );

  test("names the field, however deep", () => {
    const json = { ...PROJECT, UserOwnedBy: { Id: "1", Href: "x" } };
    expect(() => decodeProject(json, "Items[0]")).toThrow(/^Items\[0\]\.UserOwnedBy\.Name/);
  });
});
