import { createCipheriv, createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

const TEXT = "0123456789";
const GIB = 1024 ** 3;

/** Computes generated content as its documentation describes it. */
function keystream(seed: string, offset: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / 16)), 8);
  const key = createHash("md5").update(seed).digest();
  const all = createCipheriv("aes-128-ctr", key, counter).update(
    Buffer.alloc((offset % 16) + length),
  );
  return all.subarray(offset % 16);
}

describe("the object store", () => {
  let emulator: TestEmulator;
  let link: string;
  const clock = new FakeClock(Date.now());

  async function linkOf(id: string): Promise<string> {
    const response = await emulator.get(`files/${id}/content?redirect=meta`);
    return ((await response.json()) as { Response: { HrefContent: string } }).Response.HrefContent;
  }

  async function send(headers: Record<string, string>, url = link): Promise<[number, string]> {
    const response = await fetch(url, { headers });
    return [response.status, await response.text()];
  }

  beforeAll(async () => {
    emulator = await startTestEmulator(
      {
        projects: [
          {
            name: "p",
            samples: [
              {
                name: "s",
                files: [
                  { id: "1", path: "digits.txt", content: TEXT },
                  { id: "2", path: "huge", content: { size: 6 * GIB, seed: "lambda" } },
                  {
                    id: "3",
                    path: "sparse",
                    content: { size: 5 * GIB + 7, seed: "s", sparse: true },
                  },
                  { id: "4", path: "empty" },
                  { id: "5", path: "é €.txt", content: "unicode" },
                  { id: "6", path: "cold", content: "x", archived: true },
                  { id: "7", path: "half \ud83d.txt", content: "surrogate" },
                ],
              },
            ],
          },
        ],
      },
      { clock },
    );
    link = await linkOf("1");
  });
  afterAll(async () => await emulator.close());

  it("is an origin of its own", () => {
    expect(new URL(link).origin).toBe(emulator.objectServer);
    expect(emulator.objectServer).not.toBe(emulator.apiServer);
  });

  it("sends the whole object with its headers", async () => {
    const response = await fetch(link);
    expect(await response.text()).toBe(TEXT);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "content-length": "10",
      "content-type": "text/plain",
      "content-disposition": "filename=digits.txt",
      etag: `"${createHash("md5").update(TEXT).digest("hex")}"`,
      "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT",
    });
  });

  it("responds to HEAD without a body, also for a range", async () => {
    const whole = await fetch(link, { method: "HEAD" });
    expect([whole.status, whole.headers.get("content-length")]).toEqual([200, "10"]);
    const part = await fetch(link, { method: "HEAD", headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 2-4/10"]);
  });

  it.each([
    ["bytes=0-0", 206, "0"],
    ["bytes=3-5", 206, "345"],
    ["bytes=7-", 206, "789"],
    ["bytes=-3", 206, "789"],
    ["bytes=-30", 206, TEXT],
    ["bytes=8-99", 206, "89"],
    ["bytes=5-2", 200, TEXT],
    ["bytes=0-1,4-5", 200, TEXT],
    ["lines=0-1", 200, TEXT],
    ["bytes=-", 200, TEXT],
  ])("responds to Range %s with %i", async (range, status, text) => {
    expect(await send({ range })).toEqual([status, text]);
  });

  it.each(["bytes=10-", "bytes=10-20", "bytes=-0"])(
    "responds to Range %s with 416",
    async (range) => {
      const response = await fetch(link, { headers: { range } });
      expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */10"]);
      expect(await response.text()).toContain("<Code>InvalidRange</Code>");
    },
  );

  it("sends an empty object, of which no range is satisfiable", async () => {
    const empty = await linkOf("4");
    expect(await send({}, empty)).toEqual([200, ""]);
    expect((await send({ range: "bytes=0-" }, empty))[0]).toBe(416);
  });

  it("obeys If-Match, If-None-Match and If-Range", async () => {
    const etag = `"${createHash("md5").update(TEXT).digest("hex")}"`;
    expect(await send({ "if-match": etag, range: "bytes=0-1" })).toEqual([206, "01"]);
    expect((await send({ "if-match": '"other"' }))[0]).toBe(412);
    expect(await send({ "if-none-match": `W/"x", ${etag}` })).toEqual([304, ""]);
    expect(await send({ "if-range": '"other"', range: "bytes=0-1" })).toEqual([200, TEXT]);
  });

  it.each([
    ["authorization", { authorization: "Bearer x" }, 400],
    ["authorization", { authorization: "Basic eDp5" }, 400],
    ["x-access-token", { "x-access-token": "x" }, 200],
    ["cookie", { cookie: "IComLogin=x" }, 200],
    ["access_token", {}, 200],
  ])("records %s in addition to the signature: %j gets %i", async (name, headers, status) => {
    const url = name === "access_token" ? `${link}&access_token=x` : link;
    const [got, body] = await send(headers, url);
    expect(got).toBe(status);
    if (status === 200) expect(body).toBe(TEXT);
    else expect(body).toMatch(/<Code>InvalidArgument<.*Only one auth mechanism allowed/);
    expect(emulator.leaks).toEqual([`GET ${new URL(link).pathname}: ${name}`]);
    emulator.clearLeaks();
  });

  it("records a token sent with an invalid link too, and lists it", async () => {
    const nowhere = `${emulator.objectServer}/a/b`;
    expect((await send({ "x-access-token": "x" }, nowhere))[0]).toBe(404);
    expect((await send({ authorization: "x", cookie: "x" }, nowhere))[0]).toBe(400);
    const leaks = await fetch(`${emulator.apiServer}/__leaks`);
    expect(await leaks.json()).toEqual([
      "GET /a/b: x-access-token",
      "GET /a/b: authorization, cookie",
    ]);
    emulator.clearLeaks();
  });

  it("refuses a link that was changed, has no signature, or names no object", async () => {
    const forged = link.replace("text%2Fplain", "text%2Fhtml");
    expect((await send({}, forged))[1]).toContain("SignatureDoesNotMatch");
    expect((await send({}, link.split("?", 1)[0]))[0]).toBe(403);
    const later = link.replace(/Expires=(\d+)/, (_all, at) => `Expires=${Number(at) + 1}`);
    expect((await send({}, later))[0]).toBe(403);
    expect((await send({}, `${emulator.objectServer}/a/b`))[0]).toBe(404);
    expect((await fetch(link, { method: "DELETE" })).status).toBe(405);
  });

  it("names files that are not in Latin-1", async () => {
    const response = await fetch(await linkOf("5"));
    expect(response.headers.get("content-disposition")).toBe("filename=%C3%A9%20%E2%82%AC.txt");
    expect(await response.text()).toBe("unicode");
  });

  it("has no content for an archived file", async () => {
    const response = await emulator.get("files/6/content?redirect=meta");
    expect(response.status).toBe(409);
    expect(await (await emulator.get("files/6")).json()).toMatchObject({
      Response: { IsArchived: true },
    });
  });

  it("reads beyond 4 GiB of generated content, at every alignment", async () => {
    const huge = await linkOf("2");
    for (const start of [0, 4 * GIB - 5, 4 * GIB + 1, 5 * GIB + 12_345_678]) {
      const range = `bytes=${start}-${start + 299_999}`;
      const response = await fetch(huge, { headers: { range } });
      expect(response.headers.get("content-range")).toBe(`${range.replace("=", " ")}/${6 * GIB}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.equals(keystream("lambda", start, 300_000))).toBe(true);
    }
    const head = await fetch(huge, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(6 * GIB));
    expect(head.headers.get("etag")).toMatch(/^"[0-9a-f]{32}-6144"$/);
  });

  it("has bytes at the starts of sparse content's strides and at its end, and zeros elsewhere", async () => {
    const sparse = await linkOf("3");
    const bytes = async (start: number, length: number): Promise<Buffer> => {
      const range = `bytes=${start}-${start + length - 1}`;
      return Buffer.from(await (await fetch(sparse, { headers: { range } })).arrayBuffer());
    };
    const start = 4 * GIB + 64 * 1024 * 1024;
    const around = await bytes(start - 10, 4096 + 20);
    const expected = Buffer.concat([
      Buffer.alloc(10),
      keystream("s", start, 4096),
      Buffer.alloc(10),
    ]);
    expect(around.equals(expected)).toBe(true);
    const end = 5 * GIB + 7;
    expect(await bytes(end - 7, 7)).toEqual(keystream("s", end - 7, 7));
    expect((await bytes(GIB + 5000, 1000)).equals(Buffer.alloc(1000))).toBe(true);
  });

  it("streams through the API itself with redirect=false", async () => {
    const response = await emulator.get("files/1/content?redirect=false", {
      headers: { authorization: `Bearer ${emulator.accessToken}`, range: "bytes=2-3" },
    });
    expect([response.status, await response.text()]).toEqual([206, "23"]);
  });

  it("redirects with 302 by default", async () => {
    const response = await emulator.get("files/1/content", { redirect: "manual" });
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toMatch(new RegExp(`^${emulator.objectServer}/`));
  });

  it("has a link for a name with a lone surrogate, which becomes U+FFFD", async () => {
    expect(await send({}, await linkOf("7"))).toEqual([200, "surrogate"]);
    const { searchParams } = new URL(await linkOf("7"));
    expect(decodeURIComponent(searchParams.get("response-content-disposition") ?? "")).toBe(
      "filename=half \ufffd.txt",
    );
    const direct = await emulator.get("files/7/content?redirect=false");
    expect(await direct.text()).toBe("surrogate");
  });

  it("expires a link to the second", async () => {
    await using other = await startTestEmulator(
      { projects: [{ name: "p", samples: [{ name: "s", files: [{ id: "1", path: "f" }] }] }] },
      { clock, linkLifetimeMs: 60_000 },
    );
    const response = await other.get("files/1/content?redirect=meta");
    const { Response } = (await response.json()) as { Response: { HrefContent: string } };
    clock.advance(58_000);
    expect((await send({}, Response.HrefContent))[0]).toBe(200);
    clock.advance(2000);
    const [status, xml] = await send({}, Response.HrefContent);
    expect(status).toBe(403);
    expect(xml).toContain("<Code>AccessDenied</Code><Message>Request has expired</Message>");
  });

  it("can be another server, to which links then lead", async () => {
    await using other = await startTestEmulator(
      { projects: [{ name: "p", samples: [{ name: "s", files: [{ id: "1", path: "f" }] }] }] },
      { objectStoreUrl: "https://objects.example/data/" },
    );
    const response = await other.get("files/1/content", { redirect: "manual" });
    expect(response.headers.get("location")).toMatch(
      /^https:\/\/objects\.example\/data\/[0-9a-f]{32}\?/,
    );
  });
});
