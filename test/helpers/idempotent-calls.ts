import { expect } from "vitest";
import type { BaseSpace } from "../../src/api/client.ts";
import type {
  ApplicationId,
  AppResultId,
  AppSessionId,
  FileId,
  ProjectId,
} from "../../src/core/ids.ts";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import type { TestEmulator } from "./start-test-emulator.ts";

/* Every kind of call that must take effect once, and an account in which each of them can. */

export const PROJECT = "10" as ProjectId;
export const RESULT = "30" as AppResultId;
const APP = "90" as ApplicationId;
const bytes = Buffer.from("chr1\t1\t2\n");

export const ONCE_ONLY_ACCOUNT: Catalog = {
  applications: [{ id: "90", name: "Aligner" }],
  projects: [{ id: "10", name: "p", appResults: [{ id: "30", name: "open", status: "Running" }] }],
};

export interface Call {
  /** The path to which the fault applies. */
  readonly path: string;
  readonly method?: string;
  /** Creates what the call needs. Its result is passed to the call. */
  readonly prepare?: (name: string) => Promise<string>;
  readonly run: (name: string, prepared: string) => Promise<unknown>;
  /** The number of its effects afterwards. */
  readonly count: (name: string, prepared: string) => Promise<number>;
}

export async function called(
  list: AsyncIterable<{ readonly name: string }>,
  name: string,
): Promise<number> {
  let count = 0;
  for await (const item of list) count += item.name === name ? 1 : 0;
  return count;
}

/** The calls by their names; `client` is read at each call. */
export function idempotentCalls(
  client: () => BaseSpace,
  emulator: () => TestEmulator,
): Readonly<Record<string, Call>> {
  const filesCalled = async (path: string): Promise<number> => {
    const files = await client().appResults.files(RESULT).all();
    return files.filter((file) => file.path === path).length;
  };

  const begun = async (name: string): Promise<FileId> => {
    const fileId = await client().uploads.begin({ appResultId: RESULT, path: name });
    await client().uploads.part({ fileId, number: 1 }, { bytes });
    return fileId;
  };

  return {
    "a single upload": {
      path: "/appresults/*/files",
      run: async (path) => await client().uploads.whole({ appResultId: RESULT, path }, { bytes }),
      count: filesCalled,
    },
    "the start of an upload in parts": {
      path: "/appresults/*/files",
      run: async (path) => await client().uploads.begin({ appResultId: RESULT, path }),
      count: async (path) => {
        const response = await emulator().get("appresults/30/files?Statuses=pending&Limit=1024");
        const { Response } = (await response.json()) as {
          readonly Response: { readonly Items: readonly { readonly Path: string }[] };
        };
        return Response.Items.filter((item) => item.Path === path).length;
      },
    },
    "the end of an upload in parts": {
      path: "/files/*",
      prepare: begun,
      run: async (_name, fileId) =>
        await client().uploads.complete({ fileId: fileId, sizeBytes: bytes.length }),
      count: filesCalled,
    },
    "a new app result": {
      path: "/projects/*/appresults",
      run: async (name) => await client().projects.createAppResult(PROJECT, { name }),
      count: async (name) => await called(client().projects.appResults(PROJECT), name),
    },
    "a new sample": {
      path: "/projects/*/samples",
      run: async (name) =>
        await client().projects.createSample(PROJECT, {
          name,
          experimentName: "e",
          sampleNumber: 1,
          sampleId: name,
          readLengths: [151, 151],
          numReadsRaw: 2,
          numReadsPf: 1,
        }),
      count: async (name) => await called(client().projects.samples(PROJECT), name),
    },
    "a new project": {
      path: "/projects",
      run: async (name) => await client().projects.create(name),
      count: async (name) => await called(client().users.projects({ name }), name),
    },
    "a final status": {
      path: "/appsessions/*",
      prepare: async (name) => {
        const result = await client().projects.createAppResult(PROJECT, { name });
        return result.appSession?.id ?? "";
      },
      run: async (_name, id) => {
        const change = { status: "Complete", summary: "done" } as const;
        const session = await client().appSessions.setStatus(id, change);
        expect(session).toMatchObject({ status: "Complete", statusSummary: "done" });
      },
      count: async (name) => await called(client().projects.appResults(PROJECT), name),
    },
    "a new session of v2": {
      path: "/v2/appsessions",
      run: async (name) => await client().v2.appSessions.create({ name }),
      count: async (name) => await called(client().v2.appSessions.list(), name),
    },
    "a change of a session of v2": {
      path: "/v2/appsessions/*",
      prepare: async (name) => (await client().v2.appSessions.create({ name })).id,
      run: async (name, id) => {
        const change = { name: `${name} done`, status: "Complete" } as const;
        const session = await client().v2.appSessions.update(id, change);
        expect(session).toMatchObject(change);
      },
      count: async (name) => await called(client().v2.appSessions.list(), `${name} done`),
    },
    "a new project of v2": {
      path: "/v2/projects",
      run: async (name) => await client().v2.projects.create({ name }),
      count: async (name) => await called(client().users.projects({ name }), name),
    },
    "a new dataset": {
      path: "/v2/projects/*/datasets",
      run: async (name) => await client().datasets.create(PROJECT, { name }),
      count: async (name) => await called(client().datasets.list(), name),
    },
    "the copy of a dataset": {
      path: "/v2/datasets/*/copy",
      prepare: async (name) => (await client().datasets.create(PROJECT, { name })).id,
      run: async (name, id) =>
        await client().datasets.copy(id, { projectId: PROJECT, name: `${name} again` }),
      count: async (name) => await called(client().datasets.list(), `${name} again`),
    },
    "a file for a dataset": {
      path: "/v2/datasets/*/files",
      prepare: async (name) => (await client().datasets.create(PROJECT, { name })).id,
      run: async (name, id) => {
        const file = await client().datasets.upload(id, { path: `out/${name}` }, { bytes });
        expect(file).toMatchObject({ path: `out/${name}`, sizeBytes: bytes.length });
      },
      count: async (name, id) => await called(client().datasets.files(id), name),
    },
    "the end of a session of v2 that runs": {
      path: "/v2/appsessions/*/stop",
      prepare: async (name) => (await client().v2.appSessions.create({ name })).id,
      run: async (_name, id) => {
        expect(await client().v2.appSessions.stop(id as AppSessionId)).toMatchObject({
          status: "Aborted",
        });
      },
      count: async (name) => await called(client().v2.appSessions.list(), name),
    },
    "a property that is deleted": {
      method: "DELETE",
      path: "/projects/*/properties/*",
      prepare: async (name) => {
        const content = name;
        const property = { type: "string", name: "once.only", content } as const;
        await client().properties.set({ resource: "projects", id: PROJECT }, [property]);
        return "once.only";
      },
      run: async (_name, property) => {
        await client().properties.delete({ resource: "projects", id: PROJECT }, property);
      },
      count: async (_name, property) => {
        const left = await client().projects.properties(PROJECT).all();
        return left.some((each) => each.name === property) ? 0 : 1;
      },
    },
    "a session that is deleted, and taken back": {
      path: "/v2/trash/*/restorefromtrash",
      prepare: async (name) => {
        const { id } = await client().v2.appSessions.create({ name });
        return (await client().v2.appSessions.delete(id))?.id ?? "";
      },
      run: async (_name, id) => await client().trash.restore(id),
      count: async (name) => await called(client().v2.appSessions.list(), name),
    },
    "the launch of an app": {
      path: "/applications/*/appsessions",
      run: async (name) => await client().applications.launch(APP, { name, properties: [] }),
      count: async (name) => await called(client().users.appSessions({ appId: APP }), name),
    },
  };
}

/** The fault rule for the first request of a call. */
export function ruleOf({ method = "POST", path }: Call, fault: string): string {
  return `${method} ${path} n=1 ${fault}`;
}

/** The number of times that a call was sent. */
export function sentTo(emulator: TestEmulator, { method = "POST" }: Call): number {
  return emulator.requests.filter((request) => request.method === method).length;
}
