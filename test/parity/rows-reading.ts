import { expect } from "vitest";
import { referencedAppResults, referencedSampleIds } from "../../src/index.ts";
import { type Row, row, rows } from "./row.ts";
import {
  APP,
  BAM,
  CALLS,
  FASTQ,
  PROJECT,
  RESULT,
  RUN,
  SAMPLE,
  SESSION,
  TEXT,
  VCF,
} from "./world.ts";

const names = (items: readonly { readonly name: string }[]): readonly string[] =>
  items.map(({ name }) => name);

/** Of the reference that the demo's reads and variants are of. */
const LAMBDA = { chrom: "NC_001416.1", start: 1, end: 20_000 };

/** Reading: users, projects, samples, results, runs, files, sessions, applications, genomes, coverage, variants. */
export const READING: readonly Row[] = [
  row("BaseSpaceAPI.getUserById", "basespace.users.get(id), users.current()", async (w) => {
    const user = await w.basespace.users.current();
    expect(await w.basespace.users.get(user.id)).toEqual(user);
  }),
  ...rows(
    ["BaseSpaceAPI.getProjectByUser", "User.getProjects"],
    "basespace.users.projects({ name })",
    async (w) => {
      const projects = await w.basespace.users.projects({ name: "Demo" }).all();
      expect(projects).toMatchObject([{ id: PROJECT }]);
      expect(await w.basespace.users.projects({ name: "Dem" }).all()).toEqual([]);
    },
  ),
  row("BaseSpaceAPI.getUserProjectByName", "basespace.users.projectByName(name)", async (w) => {
    expect((await w.basespace.users.projectByName("Demo")).id).toBe(PROJECT);
    await expect(w.basespace.users.projectByName("none")).rejects.toMatchObject({
      reason: "not-found",
    });
  }),
  ...rows(
    ["BaseSpaceAPI.getAccessibleRunsByUser", "User.getRuns"],
    "basespace.users.runs({ statuses })",
    async (w) => {
      const { users } = w.basespace;
      expect(names(await users.runs({ statuses: ["Complete"] }).all())).toEqual(["180101_M1"]);
      expect(names(await users.runs({ statuses: ["Failed", "New"] }).all())).toEqual([]);
    },
  ),
  row("BaseSpaceAPI.getAllAppSessions", "basespace.users.appSessions({ status })", async (w) => {
    const { users } = w.basespace;
    const ended = await users.appSessions({ status: ["Complete"] }).all({ pageSize: 2 });
    expect(names(ended)).toContain("of lab");
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(["Complete"]));
    const open = await users.appSessions({ status: ["Running"] }).all({ pageSize: 2 });
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set(["Running"]));
  }),
  row("BaseSpaceAPI.getProjectById", "basespace.projects.get(id)", async (w) => {
    const project = await w.basespace.projects.get(PROJECT);
    expect(project).toMatchObject({ name: "Demo", properties: [{ name: "lab.note" }] });
  }),
  row("BaseSpaceAPI.getProjectPropertiesById", "basespace.projects.properties(id)", async (w) => {
    const properties = await w.basespace.projects.properties(PROJECT).all();
    expect(names(properties)).toContain("lab.note");
  }),
  ...rows(
    ["BaseSpaceAPI.getSamplesByProject", "Project.getSamples"],
    "basespace.projects.samples(id)",
    async (w) => {
      expect(names(await w.basespace.projects.samples(PROJECT).all())).toContain("NA12878");
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getAppResultsByProject", "Project.getAppResults"],
    "basespace.projects.appResults(id, { statuses })",
    async (w) => {
      const { projects } = w.basespace;
      const complete = names(await projects.appResults(PROJECT, { statuses: ["Complete"] }).all());
      expect(complete).toContain("calls");
      expect(complete).not.toContain("open");
      const running = names(await projects.appResults(PROJECT, { statuses: ["Running"] }).all());
      expect(running).toContain("open");
      expect(running).not.toContain("calls");
    },
  ),
  row("BaseSpaceAPI.getSampleById", "basespace.samples.get(id)", async (w) => {
    expect((await w.basespace.samples.get(SAMPLE)).name).toBe("NA12878");
  }),
  row("BaseSpaceAPI.getSamplePropertiesById", "basespace.samples.properties(id)", async (w) => {
    expect(names(await w.basespace.samples.properties(SAMPLE).all())).toContain("sample.note");
  }),
  ...rows(
    ["BaseSpaceAPI.getSampleFilesById", "BaseSpaceAPI.getFilesBySample", "Sample.getFiles"],
    "basespace.samples.files(id, { extensions })",
    async (w) => {
      const { samples } = w.basespace;
      const files = await samples.files(SAMPLE, { extensions: [".fastq.gz"] }).all();
      expect(files.map(({ id }) => id)).toContain(FASTQ);
      expect(await samples.files(SAMPLE, { extensions: [".bam"] }).all()).toEqual([]);
    },
  ),
  row("Sample.getReferencedAppResults", "referencedAppResults(sample)", async (w) => {
    const sample = await w.basespace.samples.get(SAMPLE);
    expect(names(referencedAppResults(sample))).toEqual(["calls"]);
  }),
  row("BaseSpaceAPI.getAppResultById", "basespace.appResults.get(id)", async (w) => {
    expect((await w.basespace.appResults.get(RESULT)).name).toBe("calls");
  }),
  row(
    "BaseSpaceAPI.getAppResultPropertiesById",
    "basespace.appResults.properties(id)",
    async (w) => {
      expect(names(await w.basespace.appResults.properties(RESULT).all())).toContain("result.note");
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getAppResultFilesById", "BaseSpaceAPI.getAppResultFiles", "AppResult.getFiles"],
    "basespace.appResults.files(id, { extensions })",
    async (w) => {
      const { appResults } = w.basespace;
      const files = await appResults.files(RESULT, { extensions: [".bam", ".vcf.gz"] }).all();
      expect(files.map(({ path }) => path)).toEqual(["vcf/calls.vcf.gz"]);
      expect(await appResults.files(RESULT, { extensions: [".bam"] }).all()).toEqual([]);
    },
  ),
  row("AppResult.getReferencedSamplesIds", "referencedSampleIds(result)", async (w) => {
    const result = await w.basespace.appResults.get(RESULT);
    expect(referencedSampleIds(result)).toEqual([SAMPLE]);
  }),
  row(
    "AppResult.getReferencedSamples",
    "basespace.appResults.referencedSamples(result)",
    async (w) => {
      const result = await w.basespace.appResults.get(RESULT);
      expect(names(await w.basespace.appResults.referencedSamples(result))).toEqual(["NA12878"]);
    },
  ),
  row("BaseSpaceAPI.getRunById", "basespace.runs.get(id)", async (w) => {
    expect((await w.basespace.runs.get(RUN)).name).toBe("180101_M1");
  }),
  row("BaseSpaceAPI.getRunPropertiesById", "basespace.runs.properties(id)", async (w) => {
    expect(names(await w.basespace.runs.properties(RUN).all())).toContain("run.note");
  }),
  ...rows(
    ["BaseSpaceAPI.getRunFilesById", "Run.getFiles"],
    "basespace.runs.files(id)",
    async (w) => {
      expect(names(await w.basespace.runs.files(RUN).all())).toEqual(["RunInfo.xml"]);
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getRunSamplesById", "Run.getSamples"],
    "basespace.runs.samples(id)",
    async (w) => {
      expect(names(await w.basespace.runs.samples(RUN).all())).toEqual(["NA12878"]);
    },
  ),
  row("BaseSpaceAPI.getFileById", "basespace.files.get(id)", async (w) => {
    expect(await w.basespace.files.get(VCF)).toMatchObject({
      path: "vcf/calls.vcf.gz",
      sizeBytes: TEXT.length,
      uploadStatus: "complete",
    });
  }),
  row("BaseSpaceAPI.getFilePropertiesById", "basespace.files.properties(id)", async (w) => {
    expect(names(await w.basespace.files.properties(FASTQ).all())).toEqual(["file.note"]);
  }),
  ...rows(
    ["BaseSpaceAPI.getAppSessionById", "BaseSpaceAPI.getAppSession"],
    "basespace.appSessions.get(id)",
    async (w) => {
      expect(await w.basespace.appSessions.get(SESSION)).toMatchObject({
        name: "of lab",
        application: { id: APP },
      });
    },
  ),
  row(
    "BaseSpaceAPI.getAppSessionPropertiesById",
    "basespace.appSessions.properties(id)",
    async (w) => {
      const properties = await w.basespace.appSessions.properties(SESSION).all();
      expect(names(properties)).toEqual(expect.arrayContaining(["Input.note", "Input.tags"]));
    },
  ),
  row(
    "BaseSpaceAPI.getAppSessionPropertyByName",
    'basespace.properties.items({ resource: "appsessions", id }, name)',
    async (w) => {
      const owner = { resource: "appsessions", id: SESSION } as const;
      const items = await w.basespace.properties.items(owner, "Input.tags").all();
      expect(items.map(({ value }) => value)).toEqual([
        { kind: "text", text: "a" },
        { kind: "text", text: "b" },
      ]);
    },
  ),
  row("BaseSpaceAPI.getAppSessionInputsById", "basespace.appSessions.inputs(id)", async (w) => {
    const inputs = await w.basespace.appSessions.inputs(SESSION);
    expect(inputs.get("note")).toEqual({ kind: "text", text: "hello" });
    expect([...inputs.keys()].some((key) => key.startsWith("Input."))).toBe(false);
  }),
  row("BaseSpaceAPI.getApplications", "basespace.applications.list()", async (w) => {
    expect(names(await w.basespace.applications.list().all())).toContain("Aligner");
  }),
  row("BaseSpaceAPI.getApplicationById", "basespace.applications.get(id)", async (w) => {
    expect((await w.basespace.applications.get(APP)).name).toBe("Aligner");
  }),
  row("BaseSpaceAPI.getGenomeById", "basespace.genomes.get(id)", async (w) => {
    expect(await w.basespace.genomes.get("4")).toMatchObject({ source: "UCSC", build: "hg19" });
  }),
  row("BaseSpaceAPI.getAvailableGenomes", "basespace.genomes.list()", async (w) => {
    const genomes = await w.basespace.genomes.list().all();
    expect(genomes.map(({ speciesName }) => speciesName)).toContain("Homo sapiens");
  }),
  ...rows(
    ["BaseSpaceAPI.getIntervalCoverage", "File.getIntervalCoverage"],
    "basespace.coverage.interval(id, { chrom, start, end })",
    async (w) => {
      const coverage = await w.basespace.coverage.interval(BAM, LAMBDA);
      expect(coverage).toMatchObject({ ...LAMBDA, end: 20_096, bucketSize: 128 });
      expect(coverage.meanCoverage).toHaveLength(157);
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getCoverageMetaInfo", "File.getCoverageMeta"],
    "basespace.coverage.meta(id, chrom)",
    async (w) => {
      const meta = await w.basespace.coverage.meta(BAM, LAMBDA.chrom);
      expect(meta).toMatchObject({ maxCoverage: 26, granularity: 128 });
    },
  ),
  ...rows(
    ["BaseSpaceAPI.filterVariantSet", "File.filterVariant"],
    "basespace.variants.records(id, { chrom, start, end }), or lines(id, …)",
    async (w) => {
      const records = await w.basespace.variants.records(CALLS, LAMBDA).all({ pageSize: 2 });
      const positions = records.map(({ position }) => position);
      expect(positions).toEqual([1602, 4042, 12_074, 12_601, 15_930]);
      const lines = await w.basespace.variants.lines(CALLS, LAMBDA, { sortDir: "Desc" }).all();
      expect(lines.map((line) => Number(line.split("\t")[1]))).toEqual(positions.toReversed());
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getVariantMetadata", "File.getVariantMeta"],
    "basespace.variants.header(id), or headerText(id)",
    async (w) => {
      const header = await w.basespace.variants.header(CALLS);
      expect(header.legends).toMatchObject({ FORMAT: { GT: { Type: "String" } } });
      expect(await w.basespace.variants.headerText(CALLS)).toMatch(/^##fileformat=VCFv4/);
    },
  ),
];
