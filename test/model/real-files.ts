import { constants } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { BaseSpace } from "../../src/api/client.ts";
import { CachedCatalog } from "../../src/catalog/cached-catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import type { AppResultId, ProjectId } from "../../src/core/ids.ts";
import { createFileSystem } from "../../src/fs/create-file-system.ts";
import type { Attributes, FileSystem, Handle, Ino } from "../../src/fs/file-system.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import type { Readers } from "../../src/read/reader.ts";
import { ApiEntityMaker } from "../../src/session/entity-maker.ts";
import { listingsOf } from "../../src/session/open-staging.ts";
import { StagedFiles } from "../../src/write/staged-files.ts";
import { PartPlan } from "../../src/upload/part-plan.ts";
import { Staging } from "../../src/write/staging.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import type { TestEmulator } from "../helpers/start-test-emulator.ts";
import { folderOf, type Mode, nameOf, type OpenFlags } from "./plain-files.ts";
import { apiCatalog, cachedCatalog, pathTree } from "../helpers/catalogs.ts";

/** Tiny parts, so that files of some hundred bytes have several. */
export const TINY_PARTS: PartPlan = new PartPlan([
  { parts: 4, partBytes: 64 },
  { parts: 4, partBytes: 100 },
  { parts: 10, partBytes: 150 },
]);

const QUICK = { attempts: 3, firstDelayMs: 1, maxDelayMs: 5, totalMs: 60_000 };
const PROJECT = "12" as ProjectId;
/** For a machine that has other work too; what never ends would not end in an hour either. */
const PATIENCE_MS = 10_000;

/** Client and block cache, for all filesystems of a test. */
export interface Connection extends AsyncDisposable {
  readonly emulator: TestEmulator;
  readonly client: BaseSpace;
  readonly readers: Readers;
}

export function connect(emulator: TestEmulator): Connection {
  const { apiServer, accessToken } = emulator;
  const client = new BaseSpace({
    apiServer,
    accessToken,
    retry: QUICK,
    timeoutMs: 3000,
    fetcher: "main",
    environment: {},
  });
  const readers = createReaders({ source: client.content, memoryBytes: 16 * 1024 * 1024 });
  return {
    emulator,
    client,
    readers,
    [Symbol.asyncDispose]: async () => {
      await readers[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

interface RemoteItem {
  readonly Id: string;
  readonly Path: string;
}

export interface RemoteVersion {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A filesystem over the emulator with one new app result, asked by paths below its `files/`. */
export class RealFiles implements AsyncDisposable {
  readonly fs: FileSystem;
  readonly staged: StagedFiles;
  readonly clock: FakeClock = new FakeClock(Date.now());
  readonly appResultId: AppResultId;
  readonly emulator: TestEmulator;
  readonly #cached: CachedCatalog;
  readonly #contents = new Map<string, Promise<Buffer>>();
  #files: Ino | undefined;

  private constructor(
    { client, readers, emulator }: Connection,
    appResultId: AppResultId,
    { staging, keptFiles }: { staging: string; keptFiles: number },
  ) {
    const { clock } = this;
    this.emulator = emulator;
    this.appResultId = appResultId;
    const cached = cachedCatalog(apiCatalog(client), { clock });
    this.#cached = cached;
    const owner = { apiServer: "https://api.example.test", userId: "1" };
    const ownStaging = new Staging(staging, { owner });
    this.staged = new StagedFiles({
      target: client.uploads,
      staging: ownStaging,
      plan: TINY_PARTS,
      onForgotten: (id) => cached.invalidate({ kind: "appresult", id }),
      clock,
      keptFiles,
    });
    const { staged } = this;
    const elsewhere = { staging: ownStaging, refuseElsewhere: async () => {} };
    const stagingFolders = { missing: async () => [] };
    this.fs = createFileSystem({
      tree: pathTree({ catalog: cached, local: listingsOf(staged), clock }),
      readers,
      owner: { uid: 0, gid: 0, umask: 0o022 },
      writing: {
        staged,
        maker: new ApiEntityMaker({
          ...elsewhere,
          stagingFolders,
          transfersFolder: staging,
          client,
          catalog: cached,
          staged,
        }),
      },
      clock,
    });
  }

  static async start(
    connection: Connection,
    options: { staging: string; keptFiles: number; appResultId?: AppResultId },
  ): Promise<RealFiles> {
    const { client } = connection;
    const id =
      options.appResultId ?? (await client.projects.createAppResult(PROJECT, { name: "model" })).id;
    const real = new RealFiles(connection, id, options);
    let ino = real.fs.root;
    for (const name of ["projects", PROJECT, "appresults", id, "files"]) {
      ino = (await real.fs.lookup(ino, name, neverAborted)).ino;
    }
    real.#files = ino;
    return real;
  }

  async stat(path: string): Promise<Attributes> {
    const root = this.#files ?? this.fs.root;
    if (path === "") return await this.fs.getattr(root, neverAborted);
    let attributes: Attributes | undefined;
    for (const name of path.split("/")) {
      attributes = await this.fs.lookup(attributes?.ino ?? root, name, neverAborted);
    }
    return attributes as Attributes;
  }

  async parent(path: string): Promise<Ino> {
    const { ino, type } = await this.stat(folderOf(path));
    if (type === "directory") return ino;
    throw new BsmountError("not-a-directory", `${path} is in no directory`);
  }

  /** open(2): the kernel makes what is not there, and opens what is. */
  async open(
    path: string,
    mode: Mode,
    { creates = false, empties = false }: OpenFlags = {},
  ): Promise<Handle> {
    const parent = await this.parent(path);
    const found = await this.#found(parent, nameOf(path));
    if (found === undefined && creates && mode !== "r") {
      return await this.fs.change.create(parent, nameOf(path), 0o644, neverAborted);
    }
    const { ino } = found ?? (await this.stat(path));
    const flags = { r: constants.O_RDONLY, w: constants.O_WRONLY, rw: constants.O_RDWR }[mode];
    const trunc = empties && mode !== "r" ? constants.O_TRUNC : 0;
    return await this.fs.open(ino, flags | trunc, neverAborted);
  }

  async read(handle: Handle, offset: number, length: number): Promise<Buffer> {
    const into = Buffer.alloc(length);
    const count = await this.fs.read(handle, offset, into, neverAborted);
    return into.subarray(0, count);
  }

  async readFile(path: string): Promise<Buffer> {
    const { ino, sizeBytes } = await this.stat(path);
    const handle = await this.fs.open(ino, constants.O_RDONLY, neverAborted);
    try {
      return await this.read(handle, 0, sizeBytes + 10);
    } finally {
      this.fs.release(handle);
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const [parent, newParent] = [await this.parent(from), await this.parent(to)];
    await this.fs.change.rename(parent, nameOf(from), newParent, nameOf(to), neverAborted);
  }

  /** As SIGHUP to a mount. */
  refresh(): void {
    this.#cached.invalidateAll();
  }

  /** Waits until nothing runs in the background; empty files wait for the clock. */
  async settled(keepsStaged: boolean, alsoEmpty = false): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (
      this.staged.lists
        .listing(this.appResultId)
        .items.some((file) => isBusy(file, keepsStaged, alsoEmpty))
    ) {
      if (Date.now() > deadline) throw new Error("work in the background does not end");
      await setImmediate();
    }
  }

  /** What BaseSpace has complete, oldest first, asked without any of the product's code. */
  async remote(): Promise<readonly RemoteVersion[]> {
    const url = `appresults/${this.appResultId}/files?Limit=1024`;
    const items = await this.#json<{ Items: RemoteItem[] }>(url);
    const ordered = items.Items.toSorted((a, b) => Number(a.Id) - Number(b.Id));
    return await Promise.all(
      ordered.map(async ({ Id, Path }) => ({ path: Path, bytes: await this.#content(Id) })),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.staged[Symbol.asyncDispose]();
  }

  async #content(id: string): Promise<Buffer> {
    const known = this.#contents.get(id);
    if (known !== undefined) return await known;
    const content = this.#fetch(id);
    this.#contents.set(id, content);
    return await content;
  }

  async #fetch(id: string): Promise<Buffer> {
    const { UploadStatus } = await this.#json<{ UploadStatus: string }>(`files/${id}`);
    if (UploadStatus !== "complete") throw new Error(`file ${id} is listed and ${UploadStatus}`);
    return Buffer.from(await (await this.emulator.get(`files/${id}/content`)).arrayBuffer());
  }

  async #json<T>(path: string): Promise<T> {
    const body = (await (await this.emulator.get(path)).json()) as { readonly Response: T };
    return body.Response;
  }

  async #found(parent: Ino, name: string): Promise<Attributes | undefined> {
    try {
      return await this.fs.lookup(parent, name, neverAborted);
    } catch {
      return undefined;
    }
  }
}

type Staged = StagedFiles["lists"]["files"][number];

function isBusy(file: Staged, keepsStaged: boolean, alsoEmpty: boolean): boolean {
  const { isOpen, isOpenForWriting, awaitsRename, isStaged, content } = file;
  // An attempt that is under way has the failure of the one before.
  if (content.state === "finishing") return true;
  if (!content.isUnfinished) return !isOpen && isStaged && !keepsStaged;
  const isUploaded = !awaitsRename && content.failure === undefined;
  return isUploaded && (alsoEmpty || content.sizeBytes > 0) && !isOpenForWriting;
}
