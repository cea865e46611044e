import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseSpace } from "../../../src/index.ts";
import type { Catalog } from "../../../src/emulator/catalog/schema.ts";
import { objectsFolder, startEmulatorProcess } from "../rig/emulator.ts";
import { makeScratch } from "../rig/scratch.ts";
import { verifyUploads } from "./verify.ts";
import { type Cargo, type Destination } from "./writer.ts";
import { makeSources, type Workload } from "./workload.ts";

/** Sources, staging, parts and the finished object, with some room. */
const COPIES = 5;

/** Everything that the writers of one workload share: files to upload and a service that takes them. */
export interface Stage {
  readonly cargo: Cargo;
  /** For the folders of samples: in memory where the rest is, so that no disk is measured. */
  readonly folder: string;
  newDestination(signal: AbortSignal): Promise<Destination>;
  /** Rejects unless the service has the sources and nothing else, byte for byte; then frees the room. */
  verify(destination: Destination, signal: AbortSignal): Promise<void>;
  /** Requests that the service returned since the last call. */
  countRequests(): Promise<number>;
}

export async function withWriteStage<T>(
  workload: Workload,
  signal: AbortSignal,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using memory = await makeScratch(workload.count * workload.fileBytes * COPIES);
  const folder = join(memory.path, "sources");
  const sources = await makeSources(workload, folder, signal);
  const catalog = join(memory.path, "catalog.json");
  await writeFile(catalog, JSON.stringify({ projects: [{ name: PROJECT }] } satisfies Catalog));
  const data = join(memory.path, "emulator");
  await using emulator = await startEmulatorProcess({ data, catalog }, signal);
  await using basespace = new BaseSpace(emulator);
  const [project] = await basespace.users.projects().all();
  if (project === undefined) throw new Error(`the emulator has no project ${PROJECT}`);
  let made = 0;
  let seen = 0;
  return await work({
    cargo: { workload, folder, sources },
    folder: memory.path,
    newDestination: async (signal) => {
      made += 1;
      const name = `result-${made}`;
      const { id } = await basespace.projects.createAppResult(project.id, { name }, { signal });
      const mountedPath = `projects/${PROJECT}/appresults/${name}/files`;
      const { apiServer, accessToken } = emulator;
      return { apiServer, accessToken, appResultId: id, mountedPath };
    },
    verify: async (destination, signal) => {
      await verifyUploads(basespace, destination, sources, signal);
      await emptyFolder(objectsFolder(data));
    },
    countRequests: async () => {
      const lines = (await readFile(join(data, "requests.jsonl"), "utf8")).split("\n").length;
      const fresh = lines - seen;
      seen = lines;
      return fresh;
    },
  });
}

const PROJECT = "bench";

/** The service believes to have them still; nobody asks again. */
async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name));
}
