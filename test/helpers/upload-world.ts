import { expect } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { PartMemory } from "../../src/write/part-memory.ts";
import { PartPlan } from "../../src/upload/part-plan.ts";
import { TaskGroup } from "../../src/core/task-group.ts";
import type { StagedContentOptions } from "../../src/write/staged-content-options.ts";
import { StagedContent } from "../../src/write/staged-content.ts";
import type { StagedFilesOptions } from "../../src/write/staged-files-options.ts";
import { StagedFiles } from "../../src/write/staged-files.ts";
import type { ResultFile } from "../../src/write/result-file.ts";
import { StagingFile } from "../../src/write/staging-file.ts";
import { Staging, type StagingOptions } from "../../src/write/staging.ts";
import { FakeClock } from "./fake-clock.ts";
import { NO_JOURNAL } from "./no-journal.ts";
import { startTestEmulator, type TestEmulator } from "./start-test-emulator.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

const QUICK = { attempts: 3, firstDelayMs: 1, maxDelayMs: 5, totalMs: 60_000 };

/** The first part of a file, in bytes: files of some hundred bytes have several. */
export const PART = 64;
const PARTS = new PartPlan([{ parts: 20, partBytes: PART }]);

/** The server and user in the journals of the tests. */
export const OWNER = { apiServer: "https://api.example.test", userId: "1" };

export interface FilesOptions extends Partial<StagedFilesOptions> {
  /** The most staging files at a time. */
  readonly maxFiles?: StagingOptions["maxFiles"];
}

/** The client, a new app result for each test, and a staging folder. */
export class UploadWorld implements AsyncDisposable {
  readonly emulator: TestEmulator;
  readonly client: BaseSpace;
  readonly folder: TempDir;
  readonly clock: FakeClock = new FakeClock(Date.now());
  readonly tasks: TaskGroup = new TaskGroup();
  appResultId: AppResultId = "";
  readonly #stagings: StagingFile[] = [];

  private constructor(emulator: TestEmulator, folder: TempDir) {
    const { apiServer, accessToken } = emulator;
    this.emulator = emulator;
    this.folder = folder;
    const options = { retry: QUICK, fetcher: "main", environment: {} } as const;
    this.client = new BaseSpace({ apiServer, accessToken, ...options });
  }

  static async start(): Promise<UploadWorld> {
    const catalog = { projects: [{ name: "Results", id: "12" }] };
    const emulator = await startTestEmulator(catalog, { minPartBytes: 1 });
    const world = new UploadWorld(emulator, await tempDir());
    await world.newResult();
    return world;
  }

  /** Starts with an app result without files, and without faults. */
  async newResult(): Promise<void> {
    this.emulator.clearFaults();
    this.appResultId = (await this.client.projects.createAppResult("12", { name: "r" })).id;
    this.emulator.clearRequests();
  }

  resultFile(path: string): ResultFile {
    return { appResultId: this.appResultId, resultPath: "/projects/p/appresults/r", path };
  }

  async staging(): Promise<StagingFile> {
    const path = this.folder.join(`staged-${this.#stagings.length}`);
    const staging = await StagingFile.create(path);
    this.#stagings.push(staging);
    return staging;
  }

  async content(path: string, options: Partial<StagedContentOptions> = {}): Promise<StagedContent> {
    return new StagedContent({
      target: this.client.uploads,
      destination: { appResultId: this.appResultId, path },
      sendsAhead: true,
      isCopy: false,
      plan: PARTS,
      staging: options.staging ?? (await this.staging()),
      clock: this.clock,
      memory: new PartMemory(20 * PART),
      tasks: this.tasks,
      journal: NO_JOURNAL,
      withRoom: async (work) => await work(),
      ...options,
    });
  }

  files({ maxFiles, memoryBytes = 0, ...options }: FilesOptions = {}): StagedFiles {
    return new StagedFiles({
      target: this.client.uploads,
      staging: new Staging(this.stagingPath, {
        owner: OWNER,
        memoryBytes,
        ...(maxFiles === undefined ? {} : { maxFiles }),
      }),
      plan: PARTS,
      clock: this.clock,
      ...options,
    });
  }

  /** Of {@link files}, of this app result's own. */
  get stagingPath(): string {
    return this.folder.join(`staging-${this.appResultId}`);
  }

  /** The complete files, as `path=content`, oldest first. */
  async remote(): Promise<string[]> {
    const files = await this.client.appResults.files(this.appResultId).all();
    const ordered = files.toSorted((a, b) => Number(a.id) - Number(b.id));
    return await Promise.all(
      ordered.map(async ({ id, path }) => {
        const content = await this.emulator.get(`files/${id}/content`);
        return `${path}=${await content.text()}`;
      }),
    );
  }

  /** The number of requests of `method` to paths that match `pattern`. */
  sent(method: string, pattern: RegExp): number {
    return this.emulator.requests.filter(
      (request) => request.method === method && pattern.test(request.path),
    ).length;
  }

  /** Returns when the service has all requests that its rules with `n=` delay or fail, before it responds. */
  async faultsTaken(): Promise<void> {
    const left = async (): Promise<number> => {
      const response = await fetch(`${this.emulator.apiServer}/__faults`);
      const rules = (await response.json()) as { readonly left?: number }[];
      return rules.reduce((sum, rule) => sum + (rule.left ?? 0), 0);
    };
    await expect.poll(left, { timeout: 20_000, interval: 5 }).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tasks[Symbol.asyncDispose]();
    await Promise.all(this.#stagings.map(async (staging) => await staging.discard()));
    await this.client.close();
    await this.emulator.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Bytes of which no two parts are the same. */
export function content(length: number, name = "c"): string {
  return Array.from({ length: Math.ceil(length / 8) }, (_, at) => `${name}${at}`.padEnd(8, "."))
    .join("")
    .slice(0, length);
}
