import { expect } from "vitest";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import type { TestEmulator } from "./start-test-emulator.ts";

export type Json = Readonly<Record<string, unknown>>;
/** A list of v2. */
export interface Page {
  readonly Items: readonly (Json & { readonly Id: string; readonly Name: string })[];
  readonly Paging: Json;
  readonly SubDirectories?: readonly Json[];
}

/** An account with an entity of each kind of v2. */
export const CATALOG: Catalog = {
  users: [
    { id: "7", name: "User 3" },
    { id: "8", name: "Guest" },
  ],
  applications: [
    {
      id: "90",
      name: "FASTQ Generation",
      companyName: "Illumina",
      homepageUri: "",
      classifications: ["RNA"],
      features: ["x"],
    },
  ],
  tokens: [
    { accessToken: "the-guest", user: "8", scopes: "browse global, read global" },
    { accessToken: "only-write", scopes: "write global" },
  ],
  appSessions: [
    { id: "40", name: "FASTQ 1", application: "90", dateStarted: "2024-01-01" },
    {
      id: "41",
      name: "run it",
      status: "Running",
      purpose: "AppUpload",
      qcStatus: "QcPassed",
      properties: [
        { name: "Input.Runs", type: "run[]", items: ["v1pre3/runs/50"] },
        { name: "note", content: "n" },
      ],
    },
  ],
  runs: [{ id: "50", name: "180718_M04074", files: [{ path: "a/RunInfo.xml" }] }],
  projects: [
    {
      id: "10",
      name: "p",
      samples: [
        {
          id: "20",
          name: "Rep1",
          appSession: "40",
          read1: 151,
          numReadsRaw: 10,
          files: [
            { id: "60", path: "Rep1_R1.fastq.gz", content: "reads" },
            { id: "61", path: "Rep1_R2.fastq.gz", content: "more reads" },
          ],
        },
      ],
      datasets: [
        {
          id: "ds.00000000000000000000000000000001",
          name: "Rep1_L001",
          sample: "20",
          properties: [
            {
              name: "BaseSpace.Metrics.FastQ",
              contentMap: [{ Key: "LaneNumber", Values: ["1"] }],
            },
            { name: "Input.Libraries", type: "library[]", items: ["v2/libraries/80"] },
            { name: "Input.Runs", type: "run[]", items: ["v1pre3/runs/50"] },
          ],
        },
        {
          id: "ds.00000000000000000000000000000002",
          name: "report",
          type: "acme.report",
          appSession: "41",
          files: [
            { path: "summary.txt", content: "all is well" },
            { path: "plots/a.png", content: "" },
            { path: "plots/deep/b.png", content: "b" },
            { path: ".basespace/dataset.json", content: "{}" },
            { path: "late.txt", uploadStatus: "pending" },
          ],
        },
      ],
    },
    { id: "11", name: "q", owner: "8", datasets: [{ name: "secret" }] },
  ],
  bioSamples: [
    {
      id: "70",
      name: "Rep1",
      project: "10",
      libraries: [{ id: "80" }],
      properties: [{ name: "lab.note", content: "x" }],
    },
    { id: "71", name: "Rep2", project: "10", labStatus: "Done" },
    { id: "72", name: "secret", project: "11" },
  ],
};

export const FASTQ = "ds.00000000000000000000000000000001";
export const REPORT = "ds.00000000000000000000000000000002";

/** `request` is a method and a path below `/v2/`. */
export async function ask(
  emulator: TestEmulator,
  request: string,
  body?: unknown,
  accessToken: string = emulator.accessToken,
): Promise<{ status: number; body: unknown }> {
  const [method = "", path = ""] = request.split(" ", 2);
  const response = await fetch(`${emulator.apiServer}/v2/${path}`, {
    method,
    headers: { "x-access-token": accessToken, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

export async function list(emulator: TestEmulator, path: string): Promise<Page> {
  const { status, body } = await ask(emulator, `GET ${path}`);
  expect(status).toBe(200);
  return body as Page;
}
