import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { ALL_ENDPOINTS, coveragePage, requestOf } from "../../scripts/emulator-coverage/page.ts";
import { recordedRequests } from "../../scripts/emulator-coverage/recorded.ts";
import { emulatorRoutes } from "../../scripts/emulator-coverage/routes.ts";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import { type Endpoint, NONE } from "../../src/emulator/coverage/endpoint.ts";
import { COVERAGE_PAGE } from "../../src/emulator/coverage/not-implemented.ts";
import { alignment, bamOf, bgzfBlock } from "../helpers/made-bam.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

const { bam, bai } = bamOf([bgzfBlock(alignment(0, 128))], "1");
const VCF =
  "##fileformat=VCFv4.2\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
const DATASET = "ds.00000000000000000000000000000001";
const KEY = "0".repeat(32);
const properties = [{ name: "x.list", items: ["a", "b"] }];

/** One entity of each kind, with the property that the paths name, and sessions that still accept files. */
const CATALOG: Catalog = {
  users: [{ id: "7", name: "Ada", properties }],
  tokens: [{ accessToken: "to-be-revoked", scopes: "" }],
  applications: [
    {
      id: "90",
      name: "App",
      clientKey: KEY,
      clientSecret: "1".repeat(32),
      redirectUri: "http://localhost/",
    },
  ],
  appSessions: [
    { id: "40", name: "session", status: "Running", properties },
    { id: "41", name: "to be deleted" },
  ],
  runs: [{ id: "50", name: "run", samples: ["20"], properties, files: [{ path: "RunInfo.xml" }] }],
  projects: [
    {
      id: "10",
      name: "p",
      properties,
      samples: [
        {
          id: "20",
          name: "s",
          status: "Running",
          genome: "4",
          properties,
          library: { index1: { sequence: "ACGT" } },
          files: [
            { id: "60", path: "a.vcf.gz", content: "x", properties },
            { id: "61", path: "b.vcf", content: VCF },
            { id: "62", path: "b.bam", content: { base64: bam.toString("base64") } },
            { id: "63", path: "b.bam.bai", content: { base64: bai.toString("base64") } },
          ],
        },
      ],
      appResults: [{ id: "30", name: "r", status: "Running", properties }],
      datasets: [
        {
          id: DATASET,
          name: "d",
          status: "Running",
          files: [{ path: "a" }],
          properties: [
            ...properties,
            { name: "Input.Runs", type: "run[]", items: ["v1pre3/runs/50"] },
            { name: "Input.Libraries", type: "library[]", items: ["v2/libraries/80"] },
          ],
        },
      ],
    },
  ],
  bioSamples: [
    { id: "70", name: "b", project: "10", properties, libraries: [{ id: "80", properties }] },
  ],
};

const IDS: Readonly<Record<string, string>> = {
  users: "7",
  applications: "90",
  appsessions: "40",
  runs: "50",
  projects: "10",
  samples: "20",
  appresults: "30",
  datasets: DATASET,
  biosamples: "70",
  libraries: "80",
  files: "60",
  variantset: "61",
  coverage: "62",
};

/** The bodies that some requests need. */
const QUERIES: Readonly<Record<string, string>> = {
  "/oauth/authorize": `?client_id=${KEY}&redirect_uri=http://localhost/&response_type=code`,
  "/variants/1": "?StartPos=1&EndPos=9",
  "/coverage/62/1": "?StartPos=1&EndPos=9",
  "file-upload-info": "?filepath=f",
};

let emulator: TestEmulator;
let trashItem: string;

beforeAll(async () => {
  emulator = await startTestEmulator(CATALOG);
  const { body } = await send("DELETE", "/v2/appsessions/41");
  trashItem = (body as { Id: string }).Id;
});
afterAll(async () => await emulator.close());

async function send(method: string, path: string): Promise<{ status: number; body: unknown }> {
  const url = path.startsWith("/") ? `${emulator.apiServer}${path}` : path;
  // Revokes another token than the one that all other requests use.
  const token = path.includes("oauthv2tokens") ? "to-be-revoked" : emulator.accessToken;
  const headers = { "x-access-token": token };
  const response = await fetch(url, { method, headers, redirect: "manual" });
  const text = await response.text();
  return {
    status: response.status,
    body: /^[{[]/.test(text) ? (JSON.parse(text) as unknown) : text,
  };
}

/** Fills in the endpoint's path for the account above. */
function pathOf({ path }: Endpoint): string {
  const [, , noun = ""] = path.split("/");
  const id = noun === "trash" ? trashItem : (IDS[noun] ?? "1");
  const filled = path
    .replace("{id}", id)
    .replace("{name}", "x.list")
    .replaceAll(/\{\w+\}/g, "1");
  const ending = Object.keys(QUERIES).find((end) => filled.endsWith(end)) ?? "";
  return `${filled}${QUERIES[ending] ?? ""}`;
}

const UNKNOWN_PATH = /This isn't a recognized path/;
const ORDER = ["GET", "POST", "PUT", "DELETE"];
const rows = ALL_ENDPOINTS.toSorted(
  (a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method),
).map((endpoint): [string, string, Endpoint] => [requestOf(endpoint), endpoint.support, endpoint]);

test("the page is up to date with the tables and the routes", async () => {
  const written = await readFile(new URL(`../../${COVERAGE_PAGE}`, import.meta.url), "utf8");
  expect(written).toBe(coveragePage(await emulatorRoutes(), await recordedRequests()));
});

test("no endpoint is listed twice, and each has a text", () => {
  const requests = ALL_ENDPOINTS.map(requestOf);
  expect(requests).toEqual([...new Set(requests)]);
  expect(ALL_ENDPOINTS.filter(({ support }) => support.trim() === "")).toEqual([]);
});

test("the page is not made if the routes differ from the tables", async () => {
  const routes = await emulatorRoutes();
  expect(() => coveragePage([...routes, "GET /v2/new"], [])).toThrow(
    /routes without a row in src\/emulator\/coverage\/: GET \/v2\/new;/,
  );
  expect(() => coveragePage(routes.slice(1), [])).toThrow(/rows without a route: (GET|POST) \//);
});

/** Every Href of a response that can be read from the API: no web pages, and nothing that is only posted to. */
function hrefsIn(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body).flatMap(([key, value]) => {
    if (typeof value !== "string") return hrefsIn(value);
    return /^Href(?!BaseSpaceUI|Restore)/.test(key) ? [value.replace(/^(?=v1pre3\/)/, "/")] : [];
  });
}

test("no Href of any response leads to a path that does not exist", async () => {
  const hrefs = new Set<string>();
  for (const endpoint of ALL_ENDPOINTS.filter(({ method }) => method === "GET")) {
    for (const query of ["", "include=properties"]) {
      const path = pathOf(endpoint);
      const { body } = await send("GET", `${path}${path.includes("?") ? "&" : "?"}${query}`);
      for (const href of hrefsIn(body)) hrefs.add(href);
    }
  }
  expect(hrefs.size).toBeGreaterThan(50);
  const nowhere: string[] = [];
  for (const href of hrefs) {
    const { status, body } = await send("GET", href);
    if (UNKNOWN_PATH.test(JSON.stringify(body))) nowhere.push(href);
    else expect([href, status]).toEqual([href, expect.toBeOneOf([200, 302, 403, 409, 410, 501])]);
  }
  expect(nowhere).toEqual([]);
});

test.each(rows)("%s behaves as %s", async (_request, support, endpoint) => {
  const { status, body } = await send(endpoint.method, pathOf(endpoint));
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (support === NONE) {
    expect([status, text]).toEqual([501, expect.stringContaining(COVERAGE_PAGE) as string]);
    return;
  }
  expect(text).not.toMatch(UNKNOWN_PATH);
  if (support.startsWith("always 403")) expect(status).toBe(403);
  else if (endpoint.path.endsWith("/content")) expect(status).toBe(302);
  else if (endpoint.method === "GET") expect(status).toBe(200);
  // Without a body most changes are refused by their endpoint; a row before may have made some of them.
  else expect([200, 201, 204, 205, 400, 403, 404, 409, 410]).toContain(status);
});

describe("an endpoint that BaseSpace has and the emulator lacks", () => {
  const message = (request: string): unknown =>
    expect.stringMatching(`does not implement ${request}, which BaseSpace has`);

  it("returns 501 in the form of its version, with or without a token", async () => {
    const v1 = await fetch(`${emulator.apiServer}/v1pre3/genomes/4/annotations/?Limit=1`);
    const said = message("GET /v1pre3/genomes/{id}/annotations".replaceAll(/[{}]/g, "\\$&"));
    expect([v1.status, await v1.json()]).toEqual([
      501,
      {
        ResponseStatus: { ErrorCode: "NotImplemented", Message: said },
        Notifications: [{ Type: "error", Item: said }],
      },
    ]);
    const v2 = await send("GET", "/v2//instruments");
    expect(v2).toEqual({
      status: 501,
      body: {
        ErrorCode: "NotImplemented",
        ErrorMessage: message("GET /v2/instruments"),
        RequestId: expect.stringMatching(/./) as string,
        AdditionalData: {},
      },
    });
  });

  it.each([
    ["GET", "/v1pre3/nothing"],
    ["GET", "/v1pre3/genomes/4/nothing"],
    ["PUT", "/v1pre3/genomes"],
    ["GET", "/v2/genomes"],
    ["GET", "/v2/projects"],
    ["DELETE", "/v1pre3/projects/10"],
    ["GET", "/"],
    ["GET", "/v1pre1/users/current"],
  ])("is not %s %s, which BaseSpace does not have either: 404", async (method, path) => {
    const { status, body } = await send(method, path);
    expect([status, body]).toEqual([
      404,
      {
        ResponseStatus: { Message: expect.stringMatching(UNKNOWN_PATH) as string },
        Notifications: [],
      },
    ]);
  });
});
