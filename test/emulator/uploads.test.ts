import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const run = promisify(execFile);

interface FileResponse {
  readonly Response: Readonly<Record<string, unknown>> & { readonly Id: string };
}

const CATALOG = {
  projects: [
    {
      id: "1",
      name: "p",
      samples: [{ id: "20", name: "s" }],
      appResults: [
        { id: "30", name: "open", status: "Running" },
        { id: "31", name: "closed" },
      ],
    },
  ],
} as const;

async function post(
  emulator: TestEmulator,
  path: string,
  body?: RequestInit["body"],
  headers: Record<string, string> = {},
): Promise<{ status: number; body: FileResponse }> {
  const response = await emulator.get(path, {
    method: path.includes("/parts/") ? "PUT" : "POST",
    ...(body === undefined ? {} : { body }),
    headers: { authorization: `Bearer ${emulator.accessToken}`, ...headers },
  });
  return { status: response.status, body: (await response.json()) as FileResponse };
}

async function content(emulator: TestEmulator, id: string): Promise<Buffer> {
  return Buffer.from(await (await emulator.get(`files/${id}/content`)).arrayBuffer());
}

function md5(data: Buffer | string, encoding: "hex" | "base64" = "hex"): string {
  return createHash("md5").update(data).digest(encoding);
}

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const OCTETS = "application/octet-stream";
const LONG_TYPE = { "content-type": `text/${"x".repeat(256)}` };

describe("an upload in one piece", () => {
  it("becomes a complete file with its type, path and md5", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const { status, body } = await post(
      emulator,
      "appresults/30/files?Name=x.csv&DIRECTORY=/a/b/",
      "1,2\n",
      { "content-type": "text/csv", "content-md5": md5("1,2\n", "base64") },
    );
    expect(status).toBe(201);
    expect(body.Response).toMatchObject({
      UploadStatus: "complete",
      Name: "x.csv",
      Path: "a/b/x.csv",
      ContentType: "text/csv",
      Size: 4,
      ETag: md5("1,2\n"),
      ParentAppResult: { Id: "30", TotalSize: 4 },
    });
    expect((await content(emulator, body.Response.Id)).toString()).toBe("1,2\n");
  });

  it("can be empty, and can have no or an invalid content type", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const empty = await post(emulator, "appresults/30/files?name=empty");
    expect(empty.body.Response).toMatchObject({ Size: 0, ETag: md5(""), Path: "empty" });
    expect(await content(emulator, empty.body.Response.Id)).toHaveLength(0);
    const odd = await post(emulator, "appresults/30/files?name=odd", "x", {
      "content-type": "odd",
    });
    expect(odd.body.Response).toMatchObject({ ContentType: "odd", Size: 1 });
  });

  it("makes a second file of the same name", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const first = await post(emulator, "appresults/30/files?name=f", "1");
    const second = await post(emulator, "appresults/30/files?name=f", "22");
    expect(second.body.Response.Id).not.toBe(first.body.Response.Id);
    const list = await emulator.get("appresults/30/files");
    expect(await list.json()).toMatchObject({
      Response: { TotalCount: 2, Items: [{ Path: "f" }, { Path: "f" }] },
    });
  });

  it.each([
    ["a wrong MD5", "appresults/30/files?name=f", { "content-md5": md5("y", "base64") }, 400],
    ["a content type that no header can carry", "appresults/30/files?name=f", LONG_TYPE, 400],
    ["no name", "appresults/30/files?directory=a", {}, 400],
    ["a complete session", "appresults/31/files?name=f", {}, 409],
    ["an unknown app result", "appresults/99/files?name=f", {}, 403],
    ["a sample of a complete session", "samples/20/files?name=f", {}, 409],
  ])("is refused for %s, and leaves nothing behind", async (_title, path, headers, expected) => {
    await using emulator = await startTestEmulator(CATALOG);
    expect((await post(emulator, path, "x", headers)).status).toBe(expected);
    const list = await emulator.get("appresults/30/files");
    expect(await list.json()).toMatchObject({ Response: { TotalCount: 0 } });
  });
});

describe("an upload that its client aborts", () => {
  it("leaves no file and no bytes", async () => {
    await using folder = await tempDir();
    await using emulator = await startTestEmulator(CATALOG, { dataDir: folder.path });
    const aborting = new AbortController();
    const body = new ReadableStream({
      pull: async (controller) => {
        controller.enqueue(Buffer.alloc(100_000));
        await new Promise((resolve) => setTimeout(resolve, 5));
        if ((await readdir(folder.join("incoming"))).length > 0) aborting.abort();
      },
    });
    const init = { method: "POST", body, duplex: "half", signal: aborting.signal } as const;
    await expect(emulator.get("appresults/30/files?name=f", init)).rejects.toThrow(/abort/i);
    await vi.waitFor(async () => expect(await readdir(folder.join("incoming"))).toEqual([]));
    expect(await readdir(folder.join("objects"))).toEqual([]);
    expect(await (await emulator.get("appresults/30/files")).json()).toMatchObject({
      Response: { TotalCount: 0 },
    });
  });
});

describe("an upload in parts", () => {
  const part = Buffer.alloc(5_000_000, "a");
  const tail = Buffer.from("the end");

  async function begin(emulator: TestEmulator): Promise<string> {
    // As some clients do: the parameters again in the body, with the content type of the file.
    const { status, body } = await post(
      emulator,
      "appresults/30/files?name=big.bam&directory=out&multipart=true",
      '{"name": "big.bam", "multipart": "true"}',
      { "content-type": "application/octet-stream" },
    );
    expect(status).toBe(201);
    expect(body.Response).toMatchObject({
      UploadStatus: "pending",
      Size: 0,
      HrefParts: `v1pre3/files/${body.Response.Id}/parts`,
    });
    return body.Response.Id;
  }

  it.each([
    ["a form", "name=f.bam&directory=%2Fa%2F&multipart=true", FORM, OCTETS],
    [
      "a form with the file's content type",
      "multipart=True&name=f.bam&directory=a",
      "text/x",
      "text/x",
    ],
    ["JSON with multipart", '{"Name":"f.bam","Directory":"a","multipart":true}', JSON_TYPE, OCTETS],
    ["JSON", '{"Name":"f.bam","Directory":"a"}', JSON_TYPE, OCTETS],
  ])("begins with %s that has its name", async (title, body, type, stored) => {
    await using emulator = await startTestEmulator(CATALOG);
    const files = `appresults/30/files${title === "JSON" ? "?multipart=true" : ""}`;
    const begun = await post(emulator, files, body, { "content-type": type });
    expect([begun.status, begun.body.Response]).toMatchObject([
      201,
      { UploadStatus: "pending", Path: "a/f.bam", ContentType: stored, Size: 0 },
    ]);
    const { Id } = begun.body.Response;
    await post(emulator, `files/${Id}/parts/1`, tail);
    await post(emulator, `files/${Id}`, "uploadstatus=complete", { "content-type": FORM });
    expect(await content(emulator, Id)).toEqual(tail);
  });

  it.each([
    ["directory=a&multipart=true", /name of the file is missing/],
    ["name=f", /missing in the query/],
    ["", /name of the file is missing/],
    [Buffer.alloc(5_000_000), /missing in the query/],
    ["{", /not valid JSON/],
  ])("does not begin without its name: %#", async (body, reason) => {
    await using emulator = await startTestEmulator(CATALOG);
    const refused = await post(emulator, "appresults/30/files", body);
    expect(refused).toMatchObject({
      status: 400,
      body: { ResponseStatus: { Message: expect.stringMatching(reason) as string } },
    });
    const list = await emulator.get("appresults/30/files?Statuses=pending,complete");
    expect(await list.json()).toMatchObject({ Response: { TotalCount: 0 } });
  });

  it("makes one file when it is completed, whatever the order of its parts", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    await post(emulator, `files/${id}/parts/2`, tail);
    const wrongFirst = Buffer.alloc(5_000_000, "b");
    await post(emulator, `files/${id}/parts/1`, wrongFirst);
    const again = await post(emulator, `files/${id}/parts/1`, part, {
      "content-md5": md5(part, "base64"),
    });
    expect([again.status, again.body]).toEqual([
      200,
      { Response: { ETag: md5(part) }, ResponseStatus: {}, Notifications: [] },
    ]);
    expect(await (await emulator.get("appresults/30/files")).json()).toMatchObject({
      Response: { TotalCount: 0 },
    });

    const { body } = await post(emulator, `files/${id}?uploadstatus=complete`, "{}");
    const md5s = Buffer.concat([part, tail].map((each) => Buffer.from(md5(each), "hex")));
    expect(body.Response).toMatchObject({
      UploadStatus: "complete",
      Size: 5_000_007,
      Path: "out/big.bam",
      ETag: `${md5(md5s)}-2`,
    });
    expect(md5(await content(emulator, id))).toBe(md5(Buffer.concat([part, tail])));
    // A client that lost the response completes it again.
    const twice = await post(emulator, `files/${id}`, '{"UploadStatus":"Complete"}');
    expect([twice.status, twice.body.Response]).toEqual([200, body.Response]);
  });

  it("refuses a part whose MD5 does not match, and keeps the earlier one", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    await post(emulator, `files/${id}/parts/1`, tail);
    const bad = await post(emulator, `files/${id}/parts/1`, "x", { "content-md5": "AAAA" });
    expect([bad.status, bad.body]).toMatchObject([
      400,
      { ResponseStatus: { ErrorCode: "BadDigest" } },
    ]);
    await post(emulator, `files/${id}?uploadstatus=complete`);
    expect(await content(emulator, id)).toEqual(tail);
  });

  it.each(["0", "10001", "x", "1.5"])("refuses part number %s", async (number) => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    expect((await post(emulator, `files/${id}/parts/${number}`, "x")).status).toBe(400);
  });

  it("refuses a part over 25 MiB, and accepts one of exactly that size", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    const most = Buffer.alloc(25 * 1024 * 1024);
    expect((await post(emulator, `files/${id}/parts/10000`, most)).status).toBe(200);
    const more = Buffer.alloc(most.length + 1);
    expect((await post(emulator, `files/${id}/parts/1`, more)).status).toBe(400);
  });

  it("cannot be completed with a small part before the last, a gap, or no part", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    const complete = async (): Promise<number> =>
      (await post(emulator, `files/${id}?uploadstatus=complete`)).status;
    expect(await complete()).toBe(400);
    await post(emulator, `files/${id}/parts/2`, tail);
    expect(await complete()).toBe(409);
    await post(emulator, `files/${id}/parts/1`, part.subarray(1));
    expect(await complete()).toBe(400);
    await post(emulator, `files/${id}/parts/1`, part);
    expect(await complete()).toBe(200);
    expect((await post(emulator, `files/${id}/parts/3`, tail)).status).toBe(409);
    expect((await post(emulator, `files/${id}?uploadstatus=aborted`)).status).toBe(409);
  });

  it("is removed once it is aborted", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    await post(emulator, `files/${id}/parts/1`, part);
    const { body } = await post(emulator, `files/${id}?uploadstatus=aborted`);
    expect(body.Response).toMatchObject({ UploadStatus: "aborted", Size: 0 });
    expect((await post(emulator, `files/${id}/parts/1`, part)).status).toBe(409);
    expect((await post(emulator, `files/${id}?uploadstatus=complete`)).status).toBe(409);
  });

  it("has a part whose response was lost, and accepts it again", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    const id = await begin(emulator);
    emulator.addFaults(`PUT /files/${id}/parts/1 n=1 reset-after`);
    await expect(post(emulator, `files/${id}/parts/1`, tail)).rejects.toThrow();
    const parts = async (): Promise<unknown> => (await emulator.get(`files/${id}/parts`)).json();
    const listed = { Response: { Items: [{ Number: 1, Size: tail.length, ETag: md5(tail) }] } };
    expect(await parts()).toMatchObject(listed);
    expect((await post(emulator, `files/${id}/parts/1`, tail)).status).toBe(200);
    expect(await parts()).toMatchObject(listed);
    emulator.addFaults(`POST /files/${id} n=1 reset-after`);
    await expect(post(emulator, `files/${id}?uploadstatus=complete`)).rejects.toThrow();
    const single = await emulator.get(`files/${id}`);
    expect(await single.json()).toMatchObject({ Response: { UploadStatus: "complete", Size: 7 } });
    expect(await content(emulator, id)).toEqual(tail);
  });

  it("accepts parts from curl -T, which waits for 100 Continue", async () => {
    await using emulator = await startTestEmulator(CATALOG);
    await using folder = await tempDir();
    await writeFile(folder.join("part"), part);
    const id = await begin(emulator);
    const { stdout, stderr } = await run("curl", [
      "-sv",
      "-T",
      folder.join("part"),
      "-H",
      "Expect: 100-continue",
      "-H",
      `x-access-token: ${emulator.accessToken}`,
      "-H",
      `Content-MD5: ${md5(part, "base64")}`,
      `${emulator.apiServer}/v1pre3/files/${id}/parts/1`,
    ]);
    expect(stderr).toContain("HTTP/1.1 100 Continue");
    expect(JSON.parse(stdout)).toMatchObject({ Response: { ETag: md5(part) } });
  });
});
