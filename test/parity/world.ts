import { fileURLToPath } from "node:url";
import { BaseSpace, OAuth } from "../../src/index.ts";
import type {
  ApplicationId,
  AppResult,
  AppResultId,
  AppSessionId,
  FileId,
  ProjectId,
  RunId,
  SampleId,
} from "../../src/index.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

export const PROJECT = "10" as ProjectId;
export const SAMPLE = "20" as SampleId;
export const RESULT = "30" as AppResultId;
export const OPEN = "31" as AppResultId;
export const RUN = "50" as RunId;
export const FASTQ = "60" as FileId;
export const VCF = "61" as FileId;
/** Of the demo's data: reads with their index, and variants. */
export const BAM = "70" as FileId;
export const CALLS = "72" as FileId;
export const SESSION = "40" as AppSessionId;
export const APP = "90" as ApplicationId;
export const TEXT: string = "chr1\t100\t200\n".repeat(1000);

const LAB: { readonly clientKey: string; readonly clientSecret: string } = {
  clientKey: "aa".repeat(16),
  clientSecret: "bb".repeat(16),
};

function demo(name: string): string {
  const folder = new URL("../../src/emulator/demo-data/lambda-1/", import.meta.url);
  return fileURLToPath(new URL(name, folder));
}

/** An account with one thing of each kind, a client of it, and a folder for one test. */
export interface World extends AsyncDisposable {
  readonly emulator: TestEmulator;
  readonly basespace: BaseSpace;
  /** Of an app whose sign-ins are approved at once. */
  readonly oauth: OAuth;
  readonly lab: typeof LAB;
  readonly dir: TempDir;
  /** A result of its own, and its session, both open. */
  openResult(): Promise<AppResult & { readonly appSession: { readonly id: AppSessionId } }>;
}

export async function createWorld(): Promise<World> {
  const emulator = await startTestEmulator(
    {
      applications: [{ id: "90", name: "Aligner", ...LAB, redirectUri: "http://localhost/back" }],
      appSessions: [
        {
          id: "40",
          name: "of lab",
          application: "90",
          properties: [
            { name: "Input.note", content: "hello" },
            { name: "Input.tags", type: "string[]", items: ["a", "b"] },
          ],
          references: [{ rel: "Input", type: "Sample", href: "v1pre3/samples/20" }],
        },
      ],
      projects: [
        {
          id: "10",
          name: "Demo",
          properties: [{ name: "lab.note", content: "first" }],
          samples: [
            {
              id: "20",
              name: "NA12878",
              files: [
                {
                  id: "60",
                  path: "Data/r_R1.fastq.gz",
                  content: TEXT,
                  properties: [{ name: "file.note", content: "x" }],
                },
              ],
              properties: [{ name: "sample.note", content: "x" }],
              references: [{ type: "AppResult", href: "v1pre3/appresults/30" }],
            },
          ],
          appResults: [
            {
              id: "30",
              name: "calls",
              references: [{ type: "Sample", href: "v1pre3/samples/20" }],
              properties: [{ name: "result.note", content: "x" }],
              files: [{ id: "61", path: "vcf/calls.vcf.gz", content: TEXT }],
            },
            { id: "31", name: "open", status: "Running" },
            {
              id: "32",
              name: "lambda",
              files: [
                { id: BAM, path: "lambda-1.bam", content: { path: demo("lambda-1.bam") } },
                { path: "lambda-1.bam.bai", content: { path: demo("lambda-1.bam.bai") } },
                { id: CALLS, path: "lambda-1.vcf.gz", content: { path: demo("lambda-1.vcf.gz") } },
              ],
            },
          ],
        },
      ],
      runs: [
        {
          id: "50",
          name: "180101_M1",
          samples: ["20"],
          properties: [{ name: "run.note", content: "x" }],
          files: [{ path: "RunInfo.xml", content: "<RunInfo/>" }],
        },
      ],
    },
    { autoApprove: true },
  );
  const { apiServer, accessToken } = emulator;
  const basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
  const oauth = new OAuth({
    apiServer,
    clientId: LAB.clientKey,
    clientSecret: LAB.clientSecret,
    environment: {},
  });
  const dir = await tempDir();
  let made = 0;
  return {
    emulator,
    basespace,
    oauth,
    lab: LAB,
    dir,
    openResult: async () => {
      made += 1;
      const result = await basespace.projects.createAppResult(PROJECT, { name: `made ${made}` });
      const { appSession } = result;
      if (appSession === undefined) throw new Error("no session");
      return { ...result, appSession };
    },
    [Symbol.asyncDispose]: async () => {
      await basespace.close();
      await oauth.close();
      await emulator.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}
