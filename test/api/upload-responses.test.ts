import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { checkUploadPath } from "../../src/api/uploads/upload-destination.ts";
import {
  envelope,
  type Script,
  type ScriptedResponse,
  type ScriptedApi,
  scriptedApi,
} from "../helpers/scripted-api.ts";

/* What the requests of an upload contain, and which responses are accepted. */

const bytes = Buffer.from("chr1\t1\t2\n");
const digest = createHash("md5").update(bytes);
const md5 = digest.copy().digest("hex");
const base64 = digest.copy().digest("base64");
const other = "0".repeat(32);
const retry = { attempts: 2, firstDelayMs: 1, maxDelayMs: 1, totalMs: 5000 };
const destination = { appResultId: "31", path: "a/b/calls.bed" };

let api: ScriptedApi;
let client: BaseSpace;
let script: Script;

beforeAll(async () => {
  api = await scriptedApi((request, url) => {
    request.resume();
    return script(request, url);
  });
  client = new BaseSpace({ apiServer: api.origin, accessToken: "t", retry, environment: {} });
});

afterAll(async () => {
  await client?.close();
  await api?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  api.received.length = 0;
});

function file(more: object = {}): ScriptedResponse {
  const common = { Id: "7", Name: "calls.bed", Href: "v1pre3/files/7", Path: destination.path };
  return envelope({ ...common, Size: bytes.length, UploadStatus: "complete", ...more });
}

const refused = (status: number): ScriptedResponse => ({
  status,
  body: { ResponseStatus: { ErrorCode: "A.B", Message: "no" } },
});

const sent = (): IncomingMessage => {
  const [request] = api.received;
  if (request === undefined) throw new Error("nothing was sent");
  return request;
};

type Call = () => Promise<unknown>;
const whole: Call = async () => await client.uploads.whole(destination, { bytes });
const begin: Call = async () => await client.uploads.begin(destination);
const part: Call = async () => await client.uploads.part({ fileId: "7", number: 3 }, { bytes });
const complete: Call = async () =>
  await client.uploads.complete({ fileId: "7", sizeBytes: bytes.length });
const abort: Call = async () => await client.uploads.abort("7");

describe("a request of an upload", () => {
  const octets = "application/octet-stream";
  const files = "/v1pre3/appresults/31/files?name=calls.bed&directory=a%2Fb";
  test.each<[string, Call, string, object]>([
    [
      "sends a whole file",
      whole,
      `POST ${files}`,
      { "content-type": octets, "content-md5": base64 },
    ],
    ["begins", begin, `POST ${files}&multipart=true`, { "content-type": octets }],
    [
      "sends a part",
      part,
      "PUT /v1pre3/files/7/parts/3",
      { "content-type": octets, "content-md5": base64 },
    ],
    ["completes", complete, "POST /v1pre3/files/7?uploadstatus=complete", {}],
    ["gives up", abort, "POST /v1pre3/files/7?uploadstatus=aborted", {}],
  ])("that %s says so", async (_title, call, line, headers) => {
    script = ({ method }) => (method === "PUT" ? envelope({ ETag: md5 }) : file());
    await call();
    expect(`${sent().method} ${sent().url}`).toBe(line);
    expect(sent().headers).toMatchObject(headers);
  });

  test("to a sample, of a name without folders, says its content's type", async () => {
    script = () => file();
    const toSample = { sampleId: "5", path: "x.vcf", contentType: "text/plain" };
    await client.uploads.whole(toSample, { bytes, md5: other });
    expect(sent().url).toBe("/v1pre3/samples/5/files?name=x.vcf");
    const known = Buffer.alloc(16).toString("base64");
    expect(sent().headers).toMatchObject({ "content-type": "text/plain", "content-md5": known });
  });
});

describe("a response to an upload", () => {
  test.each<[string, Call, ScriptedResponse]>([
    ["a file of the bytes", whole, file({ ETag: md5 })],
    ["a file of the bytes, in capitals", whole, file({ ETag: md5.toUpperCase() })],
    ["a file without a word of its bytes", whole, file()],
    ["a file without a word of its status", whole, file({ UploadStatus: undefined })],
    ["a part of the bytes, in capitals", part, envelope({ ETag: `"${md5.toUpperCase()}"` })],
    ["a complete file of other parts' MD5", complete, file({ ETag: `${other}-2` })],
  ])("is believed: %s", async (_title, call, response) => {
    script = () => response;
    await call();
    expect(api.received).toHaveLength(1);
  });

  test.each<[string, Call, ScriptedResponse, string]>([
    [
      "another MD5",
      whole,
      file({ ETag: other }),
      `file 7 has ETag ${other}, was sent with MD5 ${md5}`,
    ],
    ["another length", whole, file({ Size: 8 }), "file 7 has 8 bytes of 9"],
    ["another status", whole, file({ UploadStatus: "pending" }), "file 7 is pending, not complete"],
    [
      "another MD5 of a part",
      part,
      envelope({ ETag: other }),
      `part 3 arrived with ETag ${other}, sent with MD5 ${md5}`,
    ],
    ["another length of all parts", complete, file({ Size: 0 }), "file 7 has 0 bytes of 9"],
    ["another status of all parts", complete, file({ UploadStatus: "aborted" }), "is aborted, not"],
  ])("is a failure that says what came: %s", async (_title, call, response, message) => {
    script = () => response;
    await expect(call()).rejects.toMatchObject({
      name: "ApiError",
      reason: "unavailable",
      status: 200,
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, Call, ScriptedResponse]>([
    ["MD5", whole, file({ ETag: other })],
    ["length", whole, file({ Size: 8 })],
    ["length of all parts", complete, file({ Size: 0 })],
  ])("names the complete file when that has another %s", async (_title, call, response) => {
    script = () => response;
    await expect(call()).rejects.toMatchObject({ wrongFileId: "7" });
  });

  const target = /knows what was to take the file$/;
  const upload = /knows this upload, or what was to take the file$/;
  test.each<[string, Call, RegExp, RegExp]>([
    ["a whole file", whole, target, /check whether it was deleted in BaseSpace/],
    ["a beginning", begin, target, /write the file into another app result/],
    ["a part", part, upload, /write the file again/],
    ["an end", complete, upload, /into another app result if this one was deleted/],
  ])("that knows nothing of it is no missing file: %s", async (_title, call, message, remedy) => {
    for (const status of [404, 410]) {
      script = () => refused(status);
      await expect(call()).rejects.toMatchObject({
        reason: "gone",
        status,
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
        cause: { reason: "not-found" },
      });
    }
    script = () => refused(403);
    await expect(call()).rejects.toMatchObject({ reason: "access-denied" });
  });

  test("that is no file says where it is wrong", async () => {
    script = () => file({ Id: undefined });
    await expect(whole()).rejects.toThrow(/Response\.Id/);
    script = () => envelope({ Items: [{}], DisplayedCount: 1, TotalCount: 1 });
    await expect(client.uploads.newest(destination)).rejects.toThrow(/Items\[0\]\.Id/);
  });

  test("to an abort says that there is nothing to abort", async () => {
    script = () => refused(404);
    await expect(abort()).rejects.toMatchObject({ reason: "not-found" });
  });
});

describe("a request of an upload that fails", () => {
  const noLimit = { attempts: 10_000, firstDelayMs: 20, maxDelayMs: 20, totalMs: 600_000 };

  test.each<[string, (client: BaseSpace) => Promise<unknown>]>([
    ["a beginning", async ({ uploads }) => await uploads.begin(destination)],
    [
      "a part",
      async ({ uploads }) => await uploads.part({ fileId: "7", number: 1 }, { bytes }, {}),
    ],
  ])(
    "is repeated for as long as the client says, also after a restart: %s",
    async (_title, call) => {
      const options = { retry: noLimit, writeDeadlineMs: 300, environment: {} };
      await using hasty = new BaseSpace({ apiServer: api.origin, accessToken: "t", ...options });
      script = () => refused(503);
      const begun = performance.now();
      await expect(call(hasty)).rejects.toThrow("503");
      expect(performance.now() - begun).toBeLessThan(10_000);
    },
  );
});

describe("a search for the effect of an upload", () => {
  /** The first request is lost; `list` and `one` are what the look finds. */
  function lost(
    list: readonly object[] | (() => readonly object[]),
    one: ScriptedResponse,
    again = file(),
  ): void {
    let posts = 0;
    let listed: readonly object[] | undefined;
    script = ({ method }, { pathname }) => {
      if (method === "POST") return (posts += 1) === 1 ? refused(503) : again;
      if (!pathname.endsWith("/files")) return one;
      // The dates of a file stay the same.
      listed ??= typeof list === "function" ? list() : list;
      return listOf(listed);
    };
  }
  const listOf = (items: readonly object[]): ScriptedResponse => {
    const listed = items.map((item) => ({
      Id: "6",
      Name: "n",
      Href: "h",
      Path: destination.path,
      ...item,
    }));
    const page = { Items: listed, DisplayedCount: items.length, TotalCount: items.length };
    return envelope({ ...page, Offset: 0, Limit: 100, SortDir: "Desc", SortBy: "DateCreated" });
  };
  const posts = (): number => api.received.filter(({ method }) => method === "POST").length;
  const queries = (): string[] =>
    api.received.filter(({ method }) => method === "GET").map(({ url = "" }) => url);
  const Size = bytes.length;
  const now = (): string => new Date().toISOString();

  test.each<[string, readonly object[], object, boolean]>([
    ["is there", [{ Size }], { ETag: md5 }, true],
    ["is there, in capitals", [{ Size }], { ETag: md5.toUpperCase() }, true],
    ["has another MD5", [{ Size }], { ETag: other }, false],
    ["has another length", [{ Size: 8 }], { ETag: md5 }, false],
    ["has another path", [{ Size, Path: "b" }], { ETag: md5 }, false],
    ["is not there", [], { ETag: md5 }, false],
    [
      "is there, and an older one of another length after it",
      [
        { Size: 8, Id: "9", DateCreated: "2020-01-01T00:00:00Z" },
        { Size, DateCreated: "2020-01-01T00:00:01Z" },
      ],
      { ETag: md5 },
      true,
    ],
    [
      "is not the newest of two of one date, by its Id",
      [
        { Size, Id: "9", DateCreated: "2020-01-01T00:00:00Z" },
        { Size: 8, Id: "10", DateCreated: "2020-01-01T00:00:00Z" },
      ],
      { ETag: md5 },
      false,
    ],
  ])(
    "takes a file for the whole one that was sent only if it is: it %s",
    async (_t, list, one, isDone) => {
      lost(list, file({ Id: "6", ...one }), file({ Id: `${Math.random()}` }));
      await using own = fresh();
      const found = await own.uploads.whole(destination, { bytes });
      expect(found.id === "6").toBe(isDone);
      expect(posts()).toBe(isDone ? 1 : 2);
      const [query = ""] = queries();
      expect(query).toMatch(/\?SortBy=DateCreated&SortDir=Desc&Limit=100$/);
    },
  );

  test.each([
    ["it is known from before", "6", 2],
    ["another one is", "5", 1],
  ])("does not take a file for the one that was sent when %s", async (_title, known, sent) => {
    lost([{ Size }], file({ Id: "6", ETag: md5 }), file({ Id: "8", ETag: md5 }));
    await using own = fresh();
    const existedBefore = async (id: string): Promise<boolean> => id === known;
    await own.uploads.whole(destination, { bytes }, { existedBefore });
    expect(posts()).toBe(sent);
  });

  test("that finds a file without an ETag leaves it unclear", async () => {
    lost([{ Size }], file({ Id: "6" }));
    await using own = fresh();
    await expect(own.uploads.whole(destination, { bytes })).rejects.toMatchObject({
      mayHaveSucceeded: true,
    });
    expect(posts()).toBe(1);
  });

  const fresh = (): BaseSpace =>
    new BaseSpace({ apiServer: api.origin, accessToken: "t", retry, environment: {} });

  const begun = { Size: 0, UploadStatus: "pending" };
  test.each<[string, () => readonly object[], string, boolean]>([
    ["is there", () => [{ ...begun, DateCreated: now() }], "pending", true],
    ["has bytes", () => [{ ...begun, Size: 1, DateCreated: now() }], "pending", false],
    ["has another path", () => [{ ...begun, Path: "b", DateCreated: now() }], "pending", false],
    ["is older", () => [{ ...begun, DateCreated: "2020-01-01T00:00:00Z" }], "pending", false],
    ["is complete by now", () => [{ ...begun, DateCreated: now() }], "complete", false],
    ["is not there", () => [], "pending", false],
  ])(
    "takes a file for the one that was begun only if it is: it %s",
    async (_t, list, UploadStatus, isDone) => {
      const pending = file({ Id: "6", Size: 0, UploadStatus });
      lost(list, pending, file({ Id: "8", Size: 0, UploadStatus: "pending" }));
      await using own = fresh();
      expect(await own.uploads.begin(destination)).toBe(isDone ? "6" : "8");
      expect(queries()[0]).toMatch(/&Statuses=pending$/);
    },
  );

  test("at two that may have been begun leaves it in doubt", async () => {
    lost(
      () => ["6", "7"].map((Id) => ({ ...begun, Id, DateCreated: now() })),
      file({ Id: "6", Size: 0, UploadStatus: "pending" }),
    );
    await using own = fresh();
    await expect(own.uploads.begin(destination)).rejects.toMatchObject({ mayHaveSucceeded: true });
  });

  test.each([
    ["complete", 1],
    ["pending", 2],
  ])("at parts that are %s by then sends the end %i times", async (UploadStatus, times) => {
    lost([], file({ UploadStatus }));
    await using own = fresh();
    await own.uploads.complete({ fileId: "7", sizeBytes: Size });
    expect(posts()).toBe(times);
  });

  test("finds what was begun or sent once for one call, and not for the next", async () => {
    await using own = fresh();
    lost([{ Size }], file({ Id: "6", ETag: md5 }));
    await own.uploads.whole(destination, { bytes });
    lost([{ Size }], file({ Id: "6", ETag: md5 }), file({ Id: "8" }));
    expect((await own.uploads.whole(destination, { bytes })).id).toBe("8");
    lost(
      () => [{ ...begun, DateCreated: now() }],
      file({ Id: "6", ...begun }),
      file({ Id: "9", Size: 0 }),
    );
    expect(await own.uploads.begin(destination)).toBe("9");
  });
});

describe("the path of an upload", () => {
  test.each(["", "/a", "a/", "a//b", ".", "a/..", "./a", "a\0b"])("is none: %j", (path) => {
    expect(() => checkUploadPath(path)).toThrow(
      expect.objectContaining({
        reason: "invalid",
        message: `${JSON.stringify(path)} cannot be the path of a file`,
        remedy: expect.stringContaining("one slash in between"),
      }),
    );
  });

  test.each(["a", "a/b", ".a/..b", "a b/ü"])("is one: %j", (path) => {
    expect(() => checkUploadPath(path)).not.toThrow();
  });
});
