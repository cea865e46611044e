import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { canWorkOn, downloadByExtension, formatBytes, md5OfFile } from "../../src/index.ts";
import { type Row, row, rows } from "./row.ts";
import {
  download,
  givenUp,
  goneOnWith,
  parallel,
  partByPart,
  progress,
  upload,
  uploadBigFile,
  uploadBigToSample,
} from "./transfer-tests.ts";
import { APP, PROJECT, RESULT, SAMPLE, TEXT, VCF, type World } from "./world.ts";

const UPLOAD = "basespace.transfers.upload({ appResultId, path }, from)";
const UPLOAD_TO_SAMPLE = "basespace.transfers.upload({ sampleId, path }, from)";
const DOWNLOAD = "basespace.transfers.download.toFile(file, target)";
const OWNER = { resource: "projects", id: PROJECT } as const;

async function createResult(w: World): Promise<void> {
  const created = { name: "mine", description: "d", samples: [SAMPLE] };
  const result = await w.basespace.projects.createAppResult(PROJECT, created);
  expect(result).toMatchObject({ name: "mine", status: "Running" });
  expect(result.references?.map(({ href }) => href)).toEqual([`v1pre3/samples/${SAMPLE}`]);
}

async function createSample(w: World): Promise<string> {
  const sample = await w.basespace.projects.createSample(PROJECT, {
    name: "new sample",
    experimentName: "exp",
    sampleNumber: 1,
    sampleId: "id",
    readLengths: [151, 150],
    numReadsRaw: 100,
    numReadsPf: 90,
  });
  expect(sample).toMatchObject({ name: "new sample", isPairedEnd: true, numReadsPf: 90 });
  return sample.id;
}

async function uploadToSample(w: World): Promise<void> {
  const sampleId = (await createSample(w)) as typeof SAMPLE;
  const file = await w.basespace.transfers.upload(
    { sampleId, path: "r_R1.fastq.gz" },
    Buffer.from(TEXT),
  );
  expect(file.sizeBytes).toBe(TEXT.length);
}

async function setStatus(w: World): Promise<void> {
  const { appSession } = await w.openResult();
  expect(canWorkOn(appSession)).toBe(true);
  const change = { status: "Complete", summary: "done" } as const;
  const ended = await w.basespace.appSessions.setStatus(appSession.id, change);
  expect(ended).toMatchObject({ status: "Complete", statusSummary: "done" });
  expect(canWorkOn(ended)).toBe(false);
}

async function link(w: World): Promise<void> {
  const { url } = await w.basespace.files.link(VCF);
  expect(await (await fetch(url)).text()).toBe(TEXT);
  expect((await w.basespace.files.get(VCF)).etag).toBe(
    createHash("md5").update(TEXT).digest("hex"),
  );
}

async function properties(w: World): Promise<void> {
  await w.basespace.properties.setTexts(OWNER, { count: 3 }, { namespace: "demo" });
  const value = (await w.basespace.properties.get(OWNER, "demo.count")).value;
  expect(value).toEqual({ kind: "text", text: "3" });
  const items = { name: "demo.tags", type: "string[]", items: ["a", "b"] } as const;
  await w.basespace.properties.set(OWNER, [items]);
  const tags = await w.basespace.properties.items(OWNER, "demo.tags").all();
  expect(tags.map((item) => item.value)).toMatchObject([{ text: "a" }, { text: "b" }]);
}

/** Writing, and whole files both ways. */
export const WRITING: readonly Row[] = [
  row("BaseSpaceAPI.createProject", "basespace.projects.create(name)", async (w) => {
    const project = await w.basespace.projects.create("new project");
    expect((await w.basespace.projects.create("new project")).id).toBe(project.id);
  }),
  ...rows(
    ["BaseSpaceAPI.createAppResult", "Project.createAppResult"],
    "basespace.projects.createAppResult(id, { name, samples })",
    createResult,
  ),
  ...rows(
    ["BaseSpaceAPI.createSample", "Project.createSample"],
    "basespace.projects.createSample(id, { name, readLengths, … })",
    async (w) => void (await createSample(w)),
  ),
  ...rows(
    ["BaseSpaceAPI.setAppSessionState", "AppSession.setStatus", "AppSessionSemiCompact.setStatus"],
    "basespace.appSessions.setStatus(id, { status, summary })",
    setStatus,
  ),
  ...rows(
    ["AppSession.canWorkOn", "AppSessionSemiCompact.canWorkOn"],
    "canWorkOn(session)",
    setStatus,
  ),
  ...rows(
    ["MultipartFileTransfer.UploadTask.__str__", "MultipartFileTransfer.DownloadTask.__str__"],
    "the option `onProgress` of uploads and downloads",
    progress,
  ),
  row("BaseSpaceAPI.stopAppSession", "basespace.v2.appSessions.stop(id)", async (w) => {
    const { appSession } = await w.openResult();
    const stopped = await w.basespace.v2.appSessions.stop(appSession.id);
    expect(stopped.status).toBe("Aborted");
  }),
  row(
    "BaseSpaceAPI.launchApp",
    "basespace.applications.launch(id, { name, properties })",
    async (w) => {
      const session = await w.basespace.applications.launch(APP, {
        name: "Aligner : NA12878",
        properties: [
          { type: "sample[]", name: "Input.sample-id", items: [`v1pre3/samples/${SAMPLE}`] },
          { type: "project", name: "Input.project-id", content: `v1pre3/projects/${PROJECT}` },
        ],
      });
      expect(session).toMatchObject({ name: "Aligner : NA12878", status: "Running" });
      const inputs = await w.basespace.appSessions.inputs(session.id);
      expect(inputs.get("project-id")).toMatchObject({ entity: { id: PROJECT } });
    },
  ),
  ...rows(
    [
      "BaseSpaceAPI.appResultFileUpload",
      "AppResult.uploadFile",
      "BaseSpaceAPI.__singlepartFileUpload__",
    ],
    UPLOAD,
    upload,
  ),
  ...rows(
    [
      "BaseSpaceAPI.multipartFileUpload",
      "MultipartFileTransfer.MultipartUpload.upload",
      "MultipartFileTransfer.MultipartUpload._setup",
      "MultipartFileTransfer.MultipartUpload._finalize_upload",
      "MultipartFileTransfer.UploadTask.execute",
    ],
    UPLOAD,
    uploadBigFile,
  ),
  ...rows(
    [
      "MultipartFileTransfer.Executor.add_task",
      "MultipartFileTransfer.Executor.add_workers",
      "MultipartFileTransfer.Executor.start_workers",
      "MultipartFileTransfer.Consumer.run",
      "MultipartFileTransfer.MultipartUpload._start_workers",
      "MultipartFileTransfer.MultipartDownload._start_workers",
    ],
    "the option `parallel` of uploads and downloads",
    parallel,
  ),
  row(
    "MultipartFileTransfer.Consumer.purge_task_queue",
    "a failed upload is given up; or the option `journal`",
    async (w) => {
      await givenUp(w);
      await goneOnWith(w);
    },
  ),
  ...rows(["BaseSpaceAPI.sampleFileUpload", "Sample.uploadFile"], UPLOAD_TO_SAMPLE, uploadToSample),
  row("BaseSpaceAPI.multipartFileUploadSample", UPLOAD_TO_SAMPLE, uploadBigToSample),
  row(
    "BaseSpaceAPI.__initiateMultipartFileUpload__",
    "basespace.uploads.begin({ appResultId, path })",
    partByPart,
  ),
  row(
    "BaseSpaceAPI.__uploadMultipartUnit__",
    "basespace.uploads.part({ fileId, number }, { bytes })",
    partByPart,
  ),
  row(
    "BaseSpaceAPI.__finalizeMultipartFileUpload__",
    "basespace.uploads.complete({ fileId, sizeBytes })",
    partByPart,
  ),
  ...rows(
    [
      "BaseSpaceAPI.multipartFileDownload",
      "BaseSpaceAPI.__downloadFile__",
      "MultipartFileTransfer.MultipartDownload.download",
      "MultipartFileTransfer.MultipartDownload._setup",
      "MultipartFileTransfer.MultipartDownload._rename_final_file",
      "MultipartFileTransfer.MultipartDownload._combine_file_chunks",
      "MultipartFileTransfer.DownloadTask.execute",
    ],
    DOWNLOAD,
    download,
  ),
  ...rows(
    ["BaseSpaceAPI.fileDownload", "File.downloadFile"],
    "basespace.transfers.download.toFolder(file, folder, { keepPath }), or read(file, { range })",
    async (w) => {
      const { download } = w.basespace.transfers;
      const { path } = await download.toFolder(VCF, w.dir.join("t"), { keepPath: true });
      expect(path).toBe(w.dir.join("t/vcf/calls.vcf.gz"));
      expect(await readFile(path, "utf8")).toBe(TEXT);
      const bytes = await download.read(VCF, { range: { start: 5, end: 9 } });
      expect(Buffer.from(bytes).toString()).toBe(TEXT.slice(5, 9));
    },
  ),
  ...rows(["BaseSpaceAPI.fileUrl", "File.getFileUrl"], "basespace.files.link(id)", link),
  ...rows(
    ["BaseSpaceAPI.fileS3metadata", "File.getFileS3metadata"],
    "basespace.files.link(id), and the file's etag",
    link,
  ),
  row(
    "BaseSpaceAPI.downloadAppResultFilesByExtension",
    "downloadByExtension(basespace, sessionId, { extension, folder })",
    async (w) => {
      const { id, appSession } = await w.openResult();
      for (const path of ["d/x.vcf", "x.bam"]) {
        await w.basespace.transfers.upload({ appResultId: id, path }, Buffer.from(path));
      }
      const wanted = { extension: ".vcf", folder: w.dir.join("vcf") };
      const done = await downloadByExtension(w.basespace, appSession.id, wanted);
      expect(done.map(({ path }) => path)).toEqual([w.dir.join("vcf/d/x.vcf")]);
    },
  ),
  row(
    "BaseSpaceAPI.getAppResultFromAppSessionId",
    "basespace.appSessions.appResult(id, { name })",
    async (w) => {
      const { id, name, appSession } = await w.openResult();
      expect((await w.basespace.appSessions.appResult(appSession.id, { name })).id).toBe(id);
      await expect(
        w.basespace.appSessions.appResult(appSession.id, { name: "none" }),
      ).rejects.toMatchObject({ reason: "not-found" });
    },
  ),
  ...rows(
    ["BaseSpaceAPI.setResourceProperties", "BaseSpaceAPI.__dictionaryToProperties__"],
    "basespace.properties.setTexts({ resource, id }, values), or set() for other types",
    properties,
  ),
  row(
    "BaseSpaceAPI.getResourceProperties",
    "basespace.properties.list({ resource, id })",
    async (w) => {
      const owner = { resource: "appresults", id: RESULT } as const;
      const [property] = await w.basespace.properties.list(owner).all();
      expect(property).toMatchObject({ name: "result.note", value: { kind: "text" } });
    },
  ),
  row("MultipartFileTransfer.Utils.md5_for_file", "md5OfFile(path)", async (w) => {
    await writeFile(w.dir.join("f"), TEXT);
    expect(await md5OfFile(w.dir.join("f"))).toBe(createHash("md5").update(TEXT).digest("hex"));
  }),
  row("MultipartFileTransfer.Utils.readable_bytes", "formatBytes(bytes)", async () => {
    expect(formatBytes(1536)).toBe("1.5 KiB");
  }),
];
