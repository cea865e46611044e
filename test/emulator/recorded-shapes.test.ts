import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

interface Recording {
  readonly status: { readonly code: number };
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: unknown;
}

async function recording(name: string): Promise<Recording> {
  const path = new URL(`../fixtures/recordings/${name}.json`, import.meta.url);
  return JSON.parse(await readFile(path, "utf8")) as Recording;
}

/** Keys that the service omits if there is no value, and contents that differ by account. */
const OPTIONAL = /\.(HomepageUri|DatePublished)$|\.Properties\.Items\[\]/;

/** Every key of a JSON value with its path, in order; of a list only the first element counts. */
function keyPaths(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : keyPaths(value[0], `${at}[]`);
  if (typeof value !== "object" || value === null) return [];
  const paths = Object.entries(value).flatMap(([key, item]) => [
    `${at}.${key}`,
    ...keyPaths(item, `${at}.${key}`),
  ]);
  return paths.filter((path) => !OPTIONAL.test(path));
}

/** JSON types by path: "string", "number", "boolean". */
function types(value: unknown, at = ""): [string, string][] {
  if (Array.isArray(value)) return value.length === 0 ? [] : types(value[0], `${at}[]`);
  if (typeof value !== "object" || value === null) return [[at, typeof value]];
  return Object.entries(value)
    .flatMap(([key, item]) => types(item, `${at}.${key}`))
    .filter(([path]) => !OPTIONAL.test(path));
}

describe("responses have the recorded keys in the recorded order", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    const properties = [{ name: "Input.Runs", type: "run[]", items: ["v1pre3/runs/500"] }];
    emulator = await startTestEmulator({
      users: [{ id: "7", name: "User 3" }],
      applications: [
        { id: "90", name: "RNA Amplicon", companyName: "Illumina, Inc.", classifications: ["RNA"] },
      ],
      appSessions: [{ id: "40", name: "RNA 1", application: "90" }],
      runs: [{ id: "500", name: "180718_M04074_0242_000000000-BRGPG" }],
      projects: [
        {
          id: "10",
          name: "MiSeq: Myeloid RNA Panel (Brain and SeraSeq Samples)",
          samples: [
            {
              id: "20",
              name: "Rep1",
              genome: "4",
              library: {
                index1: { name: "7015", sequence: "TCTCTACT" },
                index2: { id: "6497504", sequence: "GATATCGA" },
              },
              appSession: "40",
              properties,
              files: [{ id: "60", path: "Rep1_R1.fastq.gz", content: "reads" }],
            },
          ],
          appResults: [
            {
              id: "30",
              name: "Rep7",
              appSession: "40",
              files: [{ id: "70", path: "fusions.csv", content: "a,b\n" }],
            },
          ],
        },
      ],
    });
  });
  afterAll(async () => await emulator.close());

  it.each([
    ["v1-project", "projects/10"],
    ["v1-projects-page", "users/current/projects"],
    ["v1-sample", "samples/20?Offset=0&Limit=512"],
    ["v1-samples-list", "projects/10/samples"],
    ["v1-appresult", "appresults/30"],
    ["v1-appresults-list", "projects/10/appresults"],
    ["v1-file-of-sample", "files/60"],
    ["v1-file-of-appresult", "files/70"],
    ["v1-files-list", "appresults/30/files"],
    ["v1-file-content-meta", "files/60/content?redirect=meta"],
    ["v1-error-403", "files/1111111"],
  ])("as in %s", async (name, path) => {
    const recorded = await recording(name);
    const response = await emulator.get(path);
    const body: unknown = await response.json();
    expect(response.status).toBe(recorded.status.code);
    expect(keyPaths(body)).toEqual(keyPaths(recorded.body));
    // For an empty list in the recording there are no types of elements to compare.
    const recordedTypes = new Map(types(recorded.body));
    for (const [path, type] of types(body)) {
      if (recordedTypes.has(path)) expect([path, type]).toEqual([path, recordedTypes.get(path)]);
    }
  });

  it("embeds properties as recorded", async () => {
    const recorded = (await recording("v1-sample")).body as Received;
    const own = (await (await emulator.get("samples/20")).json()) as Received;
    const [theirs, ours] = [recorded, own].map((each) => each.Response.Properties.Items[0]);
    expect(keyPaths(ours)).toEqual(keyPaths(theirs));
  });

  it("sends the recorded headers and a chunked body with a success", async () => {
    const recorded = await recording("v1-project");
    const response = await emulator.get("projects/10");
    for (const [name, values] of Object.entries(recorded.headers)) {
      if (name === "Date" || name === "Connection") continue;
      expect([name, response.headers.get(name)]).toEqual([name, values.join(", ")]);
    }
    expect(response.headers.get("x-request-id")).toMatch(/^\d{4}(\.\d\d){5}\.[A-Za-z0-9_-]{22}$/);
  });

  it("sends errors with a length and a charset", async () => {
    const recorded = await recording("v1-error-403");
    const response = await emulator.get("files/1111111");
    expect(await response.json()).toEqual(recorded.body);
    expect(response.headers.get("content-length")).toBe(recorded.headers["Content-Length"]?.[0]);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("transfer-encoding")).toBeNull();
  });

  it("responds to an unknown path as the web server in front of the service does", async () => {
    const recorded = await recording("v2-error-404");
    const garbled = await fetch(`${emulator.apiServer}/v1pre3/files/%zz`);
    expect([garbled.status, await garbled.json()]).toEqual([404, recorded.body]);
    const response = await fetch(`${emulator.apiServer}/v2/v2/datasets`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual(recorded.body);
    for (const name of ["Cache-Control", "Content-Length", "Content-Type"]) {
      expect([name, response.headers.get(name)]).toEqual([
        name,
        recorded.headers[name]?.join(", "),
      ]);
    }
    expect(response.headers.get("x-basespace-source")).toBeNull();
  });

  it("has the expiry of the link in the Expires header of content-meta", async () => {
    const response = await emulator.get("files/60/content?redirect=meta");
    const body = (await response.json()) as { Response: { Expires: string; HrefContent: string } };
    const expires = Date.parse(body.Response.Expires);
    const header = Date.parse(response.headers.get("expires") ?? "");
    expect(Math.floor(expires / 1000) * 1000).toBe(header);
    expect(expires - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(body.Response.HrefContent).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\?AWSAccessKeyId=EXAMPLE\w+&Expires=\d{10}&response-content-disposition=filename%3DRep1_R1\.fastq\.gz&response-content-type=application%2Fx-gzip&Signature=[\w%]+$/,
    );
  });

  it("never sends null", async () => {
    for (const path of ["samples/20", "appresults/30", "runs/500", "appsessions/40", "files/60"]) {
      expect(await (await emulator.get(path)).text()).not.toMatch(/:null|\[null/);
    }
  });
});

interface Received {
  readonly Response: { readonly Properties: { readonly Items: readonly unknown[] } };
}
