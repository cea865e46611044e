import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { ask, CATALOG, list } from "../helpers/v2-account.ts";

interface Info {
  readonly SinglePartUrl: string;
  readonly MultipartUploadId: string;
  readonly MultipartTemplate: string;
  readonly MultipartSignatures: readonly string[];
}

async function makeDataset(emulator: TestEmulator): Promise<string> {
  const made = await ask(emulator, "POST datasets", { Name: "set", ProjectId: "10" });
  return `datasets/${(made.body as { Id: string }).Id}`;
}

async function infoOf(emulator: TestEmulator, path: string, query: string): Promise<Info> {
  const { status, body } = await ask(emulator, `GET ${path}/file-upload-info?${query}`);
  expect(status).toBe(200);
  return body as Info;
}

async function put(url: string, body: string, headers = {}): Promise<Response> {
  return await fetch(url, { method: "PUT", body, headers });
}

function filled({ MultipartTemplate, MultipartSignatures }: Info, part: number): string {
  const signature = encodeURIComponent(MultipartSignatures[part - 1] ?? "");
  return MultipartTemplate.replace("{PartNumber}", String(part)).replace("{Signature}", signature);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

test("a file is uploaded to one link, and exists once it is completed", async () => {
  await using emulator = await startTestEmulator(CATALOG);
  const path = await makeDataset(emulator);
  const { SinglePartUrl } = await infoOf(emulator, path, "filepath=/a/b.txt");
  expect(new URL(SinglePartUrl).origin).not.toBe(emulator.apiServer);
  const response = await put(SinglePartUrl, "hello");
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).toBe(`"${md5("hello")}"`);
  expect((await list(emulator, `${path}/files`)).Items).toEqual([]);
  const done = { FilePath: "a/b.txt", Size: 5, ContentType: "text/plain" };
  expect(await ask(emulator, `POST ${path}/file-upload-info`, done)).toMatchObject({
    status: 200,
    body: { Path: "a/b.txt", Size: 5, ContentType: "text/plain", Name: "b.txt" },
  });
  const [file] = (await list(emulator, `${path}/files`)).Items;
  // It was not uploaded in parts, so this is no multipart ETag.
  expect(file).toMatchObject({ ETag: md5("hello") });
  expect(await (await emulator.get(`files/${file?.Id}/content`)).text()).toBe("hello");
  expect((await put(SinglePartUrl, "late")).status).toBe(404);
});

test("a client that lost the response completes again, and gets the file", async () => {
  await using emulator = await startTestEmulator(CATALOG, { minPartBytes: 1 });
  const made = await ask(emulator, "POST datasets", { Name: "set", ProjectId: "10" });
  const { Id, AppSession } = made.body as { Id: string; AppSession: { Id: string } };
  const path = `datasets/${Id}`;
  const complete = async (body: object): Promise<{ status: number; body: unknown }> =>
    await ask(emulator, `POST ${path}/file-upload-info`, body);
  const { SinglePartUrl } = await infoOf(emulator, path, "filepath=one");
  await put(SinglePartUrl, "hello");
  const one = await complete({ FilePath: "one", Size: 5 });
  const info = await infoOf(emulator, path, "filepath=two&uploadpartcount=1");
  await put(filled(info, 1), "hello");
  const named = { FilePath: "two", UploadId: info.MultipartUploadId };
  const [two, same] = await Promise.all([complete(named), complete(named)]);
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(two.body).toMatchObject({ ETag: expect.stringMatching(/^[0-9a-f]{32}-1$/) as string });
  expect(same).toEqual(two);
  const late = await infoOf(emulator, path, "filepath=late");
  await put(late.SinglePartUrl, "hello");
  await ask(emulator, `POST appsessions/${AppSession.Id}`, { ExecutionStatus: "complete" });
  expect((await complete({ FilePath: "late" })).status).toBe(409);
  expect(await complete({ FilePath: "one", Size: 5 })).toEqual(one);
  expect(await complete(named)).toEqual(two);
  expect((await complete({ FilePath: "one", Size: 6 })).status).toBe(400);
  expect((await complete({ FilePath: "none" })).status).toBe(400);
  expect((await list(emulator, `${path}/files`)).Items).toHaveLength(2);
});

test.each([
  ["with its session", ""],
  ["with its session, bypassing the trash", "?bypasstrash=true"],
  ["without its session", "?preserve=Metadata"],
])("an upload that is deleted %s accepts no more parts", async (_title, query) => {
  await using folder = await tempDir();
  await using emulator = await startTestEmulator(CATALOG, { dataDir: folder.path });
  const made = await ask(emulator, "POST datasets", { Name: "set", ProjectId: "10" });
  const { Id, AppSession } = made.body as { Id: string; AppSession: { Id: string } };
  const info = await infoOf(emulator, `datasets/${Id}`, "filepath=x&uploadpartcount=2");
  expect((await put(filled(info, 1), "hello")).status).toBe(200);
  expect(await readdir(folder.join("parts"))).toHaveLength(1);
  await ask(emulator, `DELETE appsessions/${AppSession.Id}${query}`);
  const late = await put(filled(info, 2), "late");
  expect([late.status, await late.text()]).toEqual([404, expect.stringContaining("NoSuchUpload")]);
  await ask(emulator, "DELETE trash");
  expect(await readdir(folder.join("parts"))).toEqual([]);
});

test("a file can only have a content type that a response header can carry", async () => {
  await using emulator = await startTestEmulator(CATALOG);
  const path = await makeDataset(emulator);
  const { SinglePartUrl } = await infoOf(emulator, path, "filepath=x");
  await put(SinglePartUrl, "hello");
  const complete = async (ContentType: string): Promise<{ status: number; body: unknown }> =>
    await ask(emulator, `POST ${path}/file-upload-info`, { FilePath: "x", ContentType });
  for (const wrong of ["text/plain\r\nx: y", "text/\u2603", "a".repeat(256)]) {
    expect((await complete(wrong)).status).toBe(400);
  }
  const { body } = await complete("odd one");
  const content = await emulator.get(`files/${(body as { Id: string }).Id}/content?redirect=false`);
  expect([content.status, content.headers.get("content-type")]).toEqual([200, "odd one"]);
});

test("parts are joined in order, if they are those that the request names", async () => {
  await using emulator = await startTestEmulator(CATALOG, { minPartBytes: 1 });
  const path = await makeDataset(emulator);
  const info = await infoOf(emulator, path, "filepath=x&uploadpartcount=2");
  expect(info.MultipartSignatures).toHaveLength(2);
  expect((await put(filled(info, 2), "world")).status).toBe(200);
  expect((await put(filled(info, 1), "hello ")).status).toBe(200);
  const complete = async (more: object): Promise<number> => {
    const body = { UploadId: info.MultipartUploadId, FilePath: "x", ...more };
    return (await ask(emulator, `POST ${path}/file-upload-info`, body)).status;
  };
  const PartEtags = [`"${md5("hello ")}"`, `"${md5("world")}"`];
  expect(await complete({ Size: 10 })).toBe(409);
  expect(await complete({ PartEtags: PartEtags.toReversed() })).toBe(409);
  expect(await complete({ PartEtags: "x" })).toBe(400);
  expect(await complete({ UploadId: "999" })).toBe(400);
  expect(await complete({ Size: 11, PartEtags })).toBe(200);
  const [file] = (await list(emulator, `${path}/files`)).Items;
  expect(await (await emulator.get(`files/${file?.Id}/content`)).text()).toBe("hello world");
});

test("a link is valid for its part only, unchanged, until it expires", async () => {
  const clock = new FakeClock();
  await using emulator = await startTestEmulator(CATALOG, { clock });
  const path = await makeDataset(emulator);
  const info = await infoOf(emulator, path, "filepath=x&uploadpartcount=2");
  const first = filled(info, 1);
  expect((await put(first.replace("partNumber=1", "partNumber=2"), "x")).status).toBe(403);
  expect((await put(first.replace(/&Signature=.*/, ""), "x")).status).toBe(403);
  const wrong = { "content-md5": Buffer.from(md5("y"), "hex").toString("base64") };
  const refused = await put(first, "x", wrong);
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("BadDigest");
  clock.advance(7 * 86_400_000);
  expect(await (await put(first, "x")).text()).toContain("Request has expired");
});

test("no link is signed for runs, without a path, for too many parts, or without the right", async () => {
  await using emulator = await startTestEmulator(CATALOG);
  const path = await makeDataset(emulator);
  const status = async (request: string, token?: string): Promise<number> =>
    (await ask(emulator, `GET ${request}`, undefined, token)).status;
  expect(await status("runs/50/file-upload-info?filepath=x")).toBe(403);
  expect(await status(`${path}/file-upload-info`)).toBe(400);
  expect(await status(`${path}/file-upload-info?filepath=x&uploadpartcount=10001`)).toBe(400);
  expect(await status(`${path}/file-upload-info?filepath=x`, "the-guest")).toBe(403);
  expect((await list(emulator, `${path}/files?statuses=pending`)).Items).toEqual([]);
});
