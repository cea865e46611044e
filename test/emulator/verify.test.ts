import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import { type Verification, verifyRecordings } from "../../src/emulator/verify-recordings.ts";
import { runCli } from "../helpers/run-cli.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

const RECORDINGS = fileURLToPath(new URL("../fixtures/recordings", import.meta.url));
const NO_SERVER = { apiServer: "http://127.0.0.1:9", accessToken: "none" };

type Json = Record<string, unknown>;

interface Exchange {
  request: { method: string; uri: string };
  status: { code: number };
  headers: Record<string, string[]>;
  body: { Response: Json };
}

/** One of the recordings, after `change`. */
async function changed(name: string, change: (exchange: Exchange) => void): Promise<Exchange> {
  const text = await readFile(`${RECORDINGS}/${name}.json`, "utf8");
  const exchange = JSON.parse(text) as Exchange;
  change(exchange);
  return exchange;
}

async function write(dir: TempDir, files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(dir.join(name), text);
  }
}

async function verify(files: Readonly<Record<string, unknown>>): Promise<Verification> {
  await using dir = await tempDir();
  await write(dir, files);
  return await verifyRecordings({ folder: dir.path, signal: neverAborted });
}

/** The differences of one changed recording, without the name of its file. */
async function differences(
  name: string,
  change: (exchange: Exchange) => void,
): Promise<readonly string[]> {
  const found = await verify({ "changed.json": await changed(name, change) });
  return found.differences.map(
    ({ kind, where, recorded, emulator }) => `${kind} ${where}: ${recorded} | ${emulator}`,
  );
}

describe("emulator verify", () => {
  it("finds no difference in the recordings of this repository", async () => {
    const found = await verifyRecordings({ folder: RECORDINGS, signal: neverAborted });
    expect(found).toEqual({ replayed: 16, skipped: [], differences: [], unlisted: 0 });
  });

  it("finds no difference in a recording alone", async () => {
    for (const name of ["v1-file-of-sample", "v1-projects-page", "v2-datasets-page"]) {
      expect(await differences(name, () => undefined)).toEqual([]);
    }
  });

  it.each<[string, string, (exchange: Exchange) => void, readonly string[]]>([
    ["a status", "v1-project", ({ status }) => (status.code = 201), ["status status: 201 | 200"]],
    [
      "a header that only the service sends",
      "v1-project",
      ({ headers }) => (headers["X-Powered-By"] = ["Mono"]),
      ["header header x-powered-by: Mono | absent"],
    ],
    [
      "a header that only the emulator sends",
      "v1-project",
      ({ headers }) => delete headers["Pragma"],
      ["header header pragma: absent | no-cache"],
    ],
    [
      "the value of a header",
      "v1-project",
      ({ headers }) => (headers["Content-Type"] = ["application/json; charset=utf-8"]),
      ["header header content-type: application/json; charset=utf-8 | application/json"],
    ],
    [
      "a key that only the service sends",
      "v1-project",
      ({ body }) => (body.Response["Colour"] = "red"),
      ["keys $.Response.Colour: text | absent"],
    ],
    [
      "a key that only the emulator sends",
      "v1-project",
      ({ body }) => delete body.Response["HrefSamples"],
      ["keys $.Response.HrefSamples: absent | link v1pre3/projects/{id}/samples"],
    ],
    [
      "the order of keys",
      "v1-project",
      ({ body }) => {
        const { Name, ...others } = body.Response;
        body.Response = { Name, ...others };
      },
      [
        "order $.Response: keys in the order Name, HrefSamples, HrefAppResults, HrefBaseSpaceUI, Properties, Id | HrefSamples, HrefAppResults, HrefBaseSpaceUI, Properties, Id, UserOwnedBy",
      ],
    ],
    [
      "a JSON type",
      "v1-project",
      ({ body }) => (body.Response["TotalSize"] = "2971103577"),
      ["type $.Response.TotalSize: text | number"],
    ],
    [
      "null",
      "v1-project",
      ({ body }) => (body.Response["HasCollaborators"] = null),
      ["type $.Response.HasCollaborators: null | boolean"],
    ],
    [
      "the form of a date",
      "v1-project",
      ({ body }) => (body.Response["DateModified"] = "2020-02-01T02:32:16Z"),
      [
        "type $.Response.DateModified: date 0000-00-00T00:00:00Z | date 0000-00-00T00:00:00.0000000Z",
      ],
    ],
    [
      "the path of a link",
      "v1-project",
      ({ body }) => (body.Response["HrefSamples"] = "https://api.example/v2/projects/7/samples"),
      [
        "type $.Response.HrefSamples: link https://…/v2/projects/{id}/samples | link v1pre3/projects/{id}/samples",
      ],
    ],
    [
      "an empty list",
      "v1-files-list",
      ({ request }) => (request.uri += "&Extensions=.none"),
      ["list $.Response.Items: 2 elements | no elements"],
    ],
  ])("names %s", async (_what, name, change, expected) => {
    expect(await differences(name, change)).toEqual(expected);
  });

  it("reports what all elements of a list have in common once, and lists no more than 50", async () => {
    const inEach = ({ body }: Exchange): void => {
      for (const item of body.Response["Items"] as Json[]) item["Colour"] = "red";
    };
    expect(await differences("v1-files-list", inEach)).toEqual([
      "keys $.Response.Items[0].Colour: text | absent",
    ]);
    const many = await changed("v1-project", ({ body }) => {
      for (let at = 0; at < 80; at += 1) body.Response[`Key${at}`] = at;
    });
    const found = await verify({ "many.json": many });
    expect(found.differences).toHaveLength(50);
    expect(found.unlisted).toBe(30);
  });

  it("does not compare optional keys of another application", async () => {
    const catalog = JSON.stringify({
      applications: [{ id: "4856852", name: "RNA Amplicon", features: ["x"] }],
      appSessions: [{ id: "111537916", name: "RNA 1", application: "4856852" }],
      projects: [
        { id: "86591915", name: "P", appResults: [{ name: "R", appSession: "111537916" }] },
      ],
    } satisfies Catalog);
    const list = await changed("v1-appresults-list", () => undefined);
    const where = async (exchange: Exchange): Promise<readonly string[]> => {
      const found = await verify({ "list.json": exchange, "catalog.json": catalog });
      return found.differences.map((each) => each.where);
    };
    const ofApplication = "$.Response.Items[0].AppSession.Application";
    expect(await where(list)).toEqual([
      `${ofApplication}.HomepageUri`,
      `${ofApplication}.DatePublished`,
      `${ofApplication}.Classifications`,
    ]);
    const ofAnother = JSON.parse(JSON.stringify(list).replaceAll('"4856852"', '"1"')) as Exchange;
    expect(await where(ofAnother)).toEqual([]);
  });
});

describe("the command", () => {
  it("prints one difference a line and exits with 1, or 0 without any", async () => {
    await using dir = await tempDir();
    await mkdir(dir.join("r"));
    const exchange = await changed("v1-project", ({ body, request }) => {
      body.Response["Colour"] = "red";
      request.method = "get";
    });
    const post = { ...exchange, request: { ...exchange.request, method: "POST" } };
    await write(dir, { "r/a.json": exchange, "r/b.json": post, "r/readme.txt": "no recording" });
    const command = ["emulator", "verify", "--against", dir.join("r")];
    expect(await runCli(command, NO_SERVER, dir)).toEqual({
      exitCode: 1,
      output: [
        "bsmount: warning: b.json: POST is not replayed, because recordings do not have the body of the request\n",
        "a.json: $.Response.Colour: recorded text; emulator absent\n",
        "1 recording replayed, 1 difference in 1 of them\n",
      ].join(""),
    });
    const { output } = await runCli([...command, "--json"], NO_SERVER, dir);
    expect(JSON.parse(output)).toMatchObject({
      replayed: 1,
      skipped: [{ file: "b.json" }],
      differences: [
        {
          file: "a.json",
          kind: "keys",
          where: "$.Response.Colour",
          recorded: "text",
          emulator: "absent",
        },
      ],
    });
    const clean = ["emulator", "verify", "--against", RECORDINGS];
    expect(await runCli(clean, NO_SERVER, dir)).toEqual({
      exitCode: 0,
      output: "16 recordings replayed, no differences\n",
    });
  });

  it("takes the account of --catalog, or of catalog.json in the folder", async () => {
    await using dir = await tempDir();
    await mkdir(dir.join("r"));
    await write(dir, {
      "r/project.json": await changed("v1-project", () => undefined),
      "empty.json": "{}",
      "account.json": { projects: [{ id: "86591915", name: "P" }] },
    });
    const command = ["emulator", "verify", "--against", dir.join("r")];
    const empty = await runCli([...command, "--catalog", dir.join("empty.json")], NO_SERVER, dir);
    expect(empty.output).toContain("project.json: status: recorded 200; emulator 403\n");
    const other = await runCli([...command, "--catalog", dir.join("account.json")], NO_SERVER, dir);
    expect(other).toMatchObject({ exitCode: 0 });
    await write(dir, { "r/catalog.json": "{}" });
    expect(await runCli(command, NO_SERVER, dir)).toMatchObject({ exitCode: 1 });
  });

  it("makes control characters in a recording visible", async () => {
    await using dir = await tempDir();
    const exchange = await changed(
      "v1-project",
      ({ body }) => (body.Response["a\u001b[2J\nb"] = 1),
    );
    await write(dir, { "a\n.json": exchange });
    const { output } = await runCli(["emulator", "verify", "--against", dir.path], NO_SERVER, dir);
    expect(output).toContain(
      'a␊.json: $.Response["a\\u001b[2J\\nb"]: recorded number; emulator absent',
    );
  });
});

describe("the files of a folder", () => {
  const uri = "https://api.basespace.illumina.com/v1pre3/projects/7";
  const good = { request: { method: "GET", uri }, status: { code: 200 }, headers: {}, body: {} };

  it.each<[string, unknown, RegExp]>([
    ["is no JSON", "{", /x\.json of the recordings cannot be used: it is not JSON/],
    ["is no object", "[]", /the recording is not an object/],
    ["has no request", { ...good, request: "GET" }, /request is not an object/],
    ["has no method", { ...good, request: { uri } }, /request\.method is not a text/],
    ["has no address", { ...good, request: { method: "GET", uri: "/v2" } }, /request\.uri/],
    [
      "has another scheme",
      { ...good, request: { method: "GET", uri: "file:///" } },
      /request\.uri/,
    ],
    ["has no status", { ...good, status: { code: "200" } }, /status\.code/],
    ["has no headers", { ...good, headers: { Date: 7 } }, /headers\.Date is not a list of texts/],
    ["is nested too deep", `${"[".repeat(99_999)}${"]".repeat(99_999)}`, /deeper than 64 levels/],
    ["has too many values", `[${"0,".repeat(600_000)}0]`, /more than 500000 values/],
    ["is too big", " ".repeat(9_000_000), /larger than 8388608 bytes/],
  ])("are refused with the name of one that %s", async (_what, content, message) => {
    await expect(verify({ "a.json": good, "x.json": content })).rejects.toMatchObject({
      reason: "usage",
      message: expect.stringMatching(message) as string,
    });
  });

  it("are refused if one is a pipe, without waiting for its writer", async () => {
    await using dir = await tempDir();
    await promisify(execFile)("mkfifo", [dir.join("x.json")]);
    await expect(verifyRecordings({ folder: dir.path, signal: neverAborted })).rejects.toThrow(
      "x.json of the recordings cannot be used: it is not a regular file",
    );
  });

  it("have to include a recording", async () => {
    await expect(verify({ "a.txt": "" })).rejects.toThrow("it has no .json file");
    await expect(
      verifyRecordings({ folder: "/nonexistent", signal: neverAborted }),
    ).rejects.toMatchObject({ reason: "usage" });
  });

  it("may not make the emulator read other files", async () => {
    const content = { path: "/etc/passwd" };
    const runs = [{ name: "R", files: [{ path: "a", content }] }];
    const message = /catalog\.json of the recordings cannot be used: it names other files/;
    await expect(verify({ "a.json": good, "catalog.json": { runs } })).rejects.toThrow(message);
    const projects = [{ name: "P", importFolder: "/etc" }];
    await expect(verify({ "a.json": good, "catalog.json": { projects } })).rejects.toThrow(message);
    await expect(verify({ "a.json": good, "catalog.json": [] })).rejects.toThrow(
      /catalog\.json of the recordings cannot be used: the catalog is wrong at the top level/,
    );
  });
});
