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

/* `verify.test.ts` compares all recordings by shape; here are values that the service sends for every account. */

describe("responses have the recorded values", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
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
