import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { BaseSpace } from "../../src/index.ts";
import type { FileEntry, FileId, UploadFrom, UploadOptions } from "../../src/index.ts";
import { meetingProxy } from "../helpers/meeting-proxy.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { OPEN, PROJECT, TEXT, VCF, type World } from "./world.ts";

const BIG = randomBytes(26_000_000);
const PART = 5 * 1024 * 1024;

/** In five parts: an ETag says how many there were. */
export async function uploadBig(
  w: World,
  from: UploadFrom,
  options: UploadOptions = {},
): Promise<void> {
  const destination = { appResultId: OPEN, path: "big/file.bin" };
  const file = await w.basespace.transfers.upload(destination, from, {
    partBytes: PART,
    ...options,
  });
  expect(file).toMatchObject({ path: "big/file.bin", sizeBytes: BIG.length });
  expect(file.etag).toMatch(/^[0-9a-f]{32}-5$/);
  const bytes = await w.basespace.transfers.download.read(file);
  expect(BIG.equals(bytes)).toBe(true);
}

export async function uploadBigFile(w: World): Promise<void> {
  await writeFile(w.dir.join("big"), BIG);
  await uploadBig(w, w.dir.join("big"));
}

export async function uploadBigToSample(w: World): Promise<void> {
  const { id: sampleId } = await w.basespace.projects.createSample(PROJECT, {
    name: "big sample",
    experimentName: "exp",
    sampleNumber: 1,
    sampleId: "id",
    readLengths: [151],
    numReadsRaw: 100,
    numReadsPf: 90,
  });
  const destination = { sampleId, path: "Data/big.fastq.gz" };
  const file = await w.basespace.transfers.upload(destination, BIG, { partBytes: PART });
  expect(file).toMatchObject({ path: "Data/big.fastq.gz", sizeBytes: BIG.length });
  expect(file.etag).toMatch(/^[0-9a-f]{32}-5$/);
  const ofSample = await w.basespace.samples.files(sampleId).all();
  expect(ofSample.map(({ id }) => id)).toEqual([file.id]);
}

/** A file in one piece has the MD5 of its bytes for an ETag. */
export async function upload(w: World): Promise<void> {
  await writeFile(w.dir.join("note.txt"), TEXT);
  const destination = { appResultId: OPEN, path: "a/note.txt", contentType: "text/plain" };
  const file: FileEntry = await w.basespace.transfers.upload(destination, w.dir.join("note.txt"));
  const etag = createHash("md5").update(TEXT).digest("hex");
  expect(file).toMatchObject({ path: "a/note.txt", contentType: "text/plain", etag });
}

export async function download(w: World): Promise<void> {
  w.emulator.clearRequests();
  await w.basespace.transfers.download.toFile(VCF, w.dir.join("x"), { partBytes: 4000 });
  expect(await readFile(w.dir.join("x"), "utf8")).toBe(TEXT);
  const ranges = w.emulator.requests.filter(({ path }) => /^\/[0-9a-f]{32}$/.test(path));
  expect(ranges.length).toBe(Math.ceil(TEXT.length / 4000));
}

/**
 * In both directions, two parts are under way at a time: none continues before there are two, and a third never
 * comes.
 */
export async function parallel(w: World): Promise<void> {
  let [api, store] = ["", ""];
  await using proxy = await meetingProxy({
    target: ({ url = "" }) => (url.startsWith("/v1pre3/") ? api : store),
    meets: ({ method, url = "" }) => method === "PUT" && url.includes("/parts/"),
    count: 2,
  });
  // The first range of a download is fetched alone: its version is that of all others.
  await using downloads = await meetingProxy({
    target: () => store,
    meets: ({ headers: { range = "" } }) => !range.startsWith("bytes=0-"),
    count: 2,
  });
  await using emulator = await startTestEmulator(
    { projects: [{ name: "p", appResults: [{ id: OPEN, name: "open", status: "Running" }] }] },
    { objectStoreUrl: downloads.origin },
  );
  [api, store] = [emulator.apiServer, emulator.objectServer];
  const { accessToken } = emulator;
  const impatient = { timeoutMs: 15_000, retry: { attempts: 1 }, environment: {} };
  await using basespace = new BaseSpace({ apiServer: proxy.origin, accessToken, ...impatient });
  const { transfers } = basespace;
  const two = { partBytes: PART, parallel: 2 };
  const file = await transfers.upload({ appResultId: OPEN, path: "f" }, BIG, two);
  expect(proxy.most).toBe(2);
  await transfers.download.toFile(file, w.dir.join("two at a time"), two);
  expect(downloads.most).toBe(2);
}

async function failsAtPartTwo(w: World, from: UploadFrom, options?: UploadOptions): Promise<void> {
  w.emulator.addFaults("PUT /files/*/parts/2 n=1 status=400");
  await expect(uploadBig(w, from, options)).rejects.toMatchObject({ status: 400 });
}

export async function givenUp(w: World): Promise<void> {
  await failsAtPartTwo(w, BIG);
  const response = await w.emulator.get(`appresults/${OPEN}/files?Statuses=pending`);
  expect(await response.json()).toMatchObject({ Response: { Items: [] } });
}

/** What BaseSpace has of it is not sent again. */
export async function goneOnWith(w: World): Promise<void> {
  const from = w.dir.join("journalled");
  await writeFile(from, BIG);
  const options = { journal: w.dir.join("journal"), parallel: 1 };
  await failsAtPartTwo(w, from, options);
  w.emulator.clearRequests();
  await uploadBig(w, from, options);
  const puts = w.emulator.requests.filter(({ method }) => method === "PUT");
  const numbers = new Set(puts.map(({ path }) => path.split("/").at(-1)));
  expect(numbers).toEqual(new Set(["2", "3", "4", "5"]));
}

export async function partByPart(w: World): Promise<void> {
  const { uploads } = w.basespace;
  const fileId: FileId = await uploads.begin({ appResultId: OPEN, path: "by/parts" });
  await uploads.part({ fileId, number: 1 }, { bytes: BIG.subarray(0, PART) });
  await uploads.part({ fileId, number: 2 }, { bytes: Buffer.from("end") });
  const file = await uploads.complete({ fileId, sizeBytes: PART + 3 });
  expect(file.etag).toMatch(/-2$/);
}

export async function progress(w: World): Promise<void> {
  const seen: number[] = [];
  const onProgress = ({ doneBytes }: { readonly doneBytes: number }): number =>
    seen.push(doneBytes);
  await w.basespace.transfers.download.toFile(VCF, w.dir.join("p"), { onProgress });
  expect(seen.at(-1)).toBe(TEXT.length);
  await uploadBig(w, BIG, { onProgress });
  expect(seen.at(-1)).toBe(BIG.length);
}
