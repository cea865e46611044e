import fc from "fast-check";
import { expect } from "vitest";
import { alike } from "./comparing.ts";
import type { FilesUnderTest, OpenFile } from "./files-under-test.ts";
import {
  folderOf,
  join,
  type Mode,
  nameOf,
  type OpenFlags,
  type PlainFiles,
  type PlainHandle,
} from "./plain-files.ts";

/* What programs do, on the model and on the filesystem; after each both have to look the same. */

/** The filesystem, and its open file for each of the model's. */
export interface Tested<Files extends FilesUnderTest = FilesUnderTest> {
  readonly real: Files;
  readonly handles: Map<PlainHandle, OpenFile>;
  hidden: number;
  /** Called before each command. */
  begin(): void;
  /** Waits for what happens in the background. */
  settle(model: PlainFiles): Promise<void>;
  /** Fails unless both look the same; called after each command. */
  compare(model: PlainFiles): Promise<void>;
}

const NAMES = ["a", "a", "b", "a.tmp", ".b.AbCdEf", "c~", "dir"];
const PARENTS = ["", "", "", "", "dir", "dir", "dir/dir"];
export const MAX_HANDLES = 6;

const path = fc
  .tuple(fc.constantFrom(...PARENTS), fc.constantFrom(...NAMES))
  .map(([folder, name]) => join(folder, name));
const offset = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, 63, 64, 65, 128, 256, 355, 356, 357, 700),
  fc.nat(2300),
);
export const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 200 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 1200 }),
  },
);
const mode = fc.constantFrom<Mode>("r", "w", "rw", "rw");
export const pick = fc.nat(MAX_HANDLES - 1);

export const finalPath = fc.oneof(path, fc.constantFrom("a", "b"));
export const temporaryPath = fc.constantFrom("a.tmp", ".b.AbCdEf", "c~");

let stamps = 0;

/** Bytes that no other write has. */
export function fresh(length: number): Buffer {
  stamps += 1;
  const bytes = Buffer.alloc(length, `<${stamps}>`);
  return bytes;
}

/** A command that says in one line what it does. */
export class Does<T extends Tested = Tested> implements fc.AsyncCommand<PlainFiles, T> {
  readonly #text: string;
  readonly #run: (model: PlainFiles, tested: T) => Promise<void>;
  readonly #fits: (model: Readonly<PlainFiles>) => boolean;

  constructor(
    text: string,
    run: (model: PlainFiles, tested: T) => Promise<void>,
    fits: (model: Readonly<PlainFiles>) => boolean = () => true,
  ) {
    this.#text = text;
    this.#run = run;
    this.#fits = fits;
  }

  check(model: Readonly<PlainFiles>): boolean {
    return this.#fits(model);
  }

  async run(model: PlainFiles, tested: T): Promise<void> {
    tested.begin();
    await this.#run(model, tested);
    await tested.settle(model);
    await tested.compare(model);
  }

  toString(): string {
    return this.#text;
  }
}

export async function closeHandle(
  model: PlainFiles,
  tested: Tested,
  handle: PlainHandle,
  { isDown = false, late }: { isDown?: boolean; late?: Buffer } = {},
): Promise<void> {
  const { real, handles } = tested;
  const open = handles.get(handle) as OpenFile;
  const others = model.othersWrite(handle);
  await alike(
    () => model.flush(handle, isDown),
    async () => await open.flush(others),
  );
  if (late !== undefined) {
    const end = model.read(handle, 0, Infinity).length;
    await writeBoth(model, tested, { handle, from: end, bytes: late });
  }
  const { path: at } = handle;
  model.release(handle);
  open.release();
  handles.delete(handle);
  await tested.settle(model);
  // As libfuse: what was removed while it was open goes with its last descriptor.
  if (!nameOf(at).startsWith(".fuse_hidden") || model.isOpen(at)) return;
  if (real.hidesOpenFiles) {
    model.unlink(at);
    return;
  }
  await alike(
    () => model.unlink(at),
    async () => await real.unlink(at),
  );
}

/** What libfuse does before an open file is removed or replaced. */
async function hide(model: PlainFiles, tested: Tested, at: string): Promise<boolean> {
  tested.hidden += 1;
  const to = join(folderOf(at), `.fuse_hidden${tested.hidden}`);
  return await alike(
    () => model.rename(at, to),
    async () => (tested.real.hidesOpenFiles ? undefined : await tested.real.rename(at, to)),
  );
}

interface Opening extends OpenFlags {
  readonly at: string;
  readonly how: Mode;
}

/** The model's handle, when both have opened it. */
async function openBoth(
  model: PlainFiles,
  { real, handles }: Tested,
  { at, how, ...flags }: Opening,
): Promise<PlainHandle | undefined> {
  const opened: [PlainHandle?, OpenFile?] = [];
  await alike(
    () => (opened[0] = model.open(at, how, flags)),
    async () => (opened[1] = await real.open(at, how, flags)),
  );
  const [plain, handle] = opened;
  if (plain !== undefined && handle !== undefined) handles.set(plain, handle);
  return plain;
}

const open = fc.record({ path, mode, creates: fc.boolean(), empties: fc.boolean() }).map(
  ({ path: at, mode: how, ...flags }) =>
    new Does(
      `open ${at} ${how}${flags.creates ? " creat" : ""}${flags.empties ? " trunc" : ""}`,
      async (model, tested) => void (await openBoth(model, tested, { at, how, ...flags })),
      (model) => model.handles.length < MAX_HANDLES,
    ),
);

/** A command on one of the handles that are open. */
export function onHandle<T extends Tested = Tested>(
  text: string,
  which: number,
  run: (handle: PlainHandle, model: PlainFiles, tested: T) => Promise<void>,
): Does<T> {
  return new Does<T>(
    `${text} #${which}`,
    async (model, tested) => {
      const handle = model.handles[which % model.handles.length];
      if (handle !== undefined) await run(handle, model, tested);
    },
    (model) => model.handles.length > 0,
  );
}

async function writeBoth(
  model: PlainFiles,
  { handles }: Tested,
  { handle, from, bytes }: { handle: PlainHandle; from: number; bytes: Buffer },
): Promise<void> {
  await alike(
    () => model.write(handle, from, bytes),
    async () => await handles.get(handle)?.write(from, bytes),
  );
}

const write = fc
  .record({ pick, at: fc.option(offset), length })
  .map(({ pick: which, at, length: count }) =>
    onHandle(`write ${at ?? "append"}+${count}`, which, async (handle, model, tested) => {
      const from = at ?? handle.file.bytes.length;
      await writeBoth(model, tested, { handle, from, bytes: fresh(count) });
    }),
  );

const pread = fc.record({ pick, at: offset, length }).map(({ pick: which, at, length: count }) =>
  onHandle(`pread ${at}+${count}`, which, async (handle, model, tested) => {
    if (handle.mode === "w") return;
    const found = await tested.handles.get(handle)?.read(at, count);
    expect(found?.toString("latin1"), `read of ${handle.path}`).toBe(
      model.read(handle, at, count).toString("latin1"),
    );
  }),
);

const ftruncate = fc.record({ pick, size: offset }).map(({ pick: which, size }) =>
  onHandle(`ftruncate ${size}`, which, async (handle, model, tested) => {
    await alike(
      () => model.truncateOpen(handle, size),
      async () => await tested.handles.get(handle)?.truncate(size),
    );
  }),
);

const close = pick.map((which) =>
  onHandle("close", which, async (handle, ...all) => await closeHandle(...all, handle)),
);

const sync = pick.map((which) =>
  onHandle("fsync", which, async (handle, model, { handles }) => {
    await alike(
      () => model.sync(handle),
      async () => await handles.get(handle)?.sync(),
    );
  }),
);

const truncate = fc.record({ path, size: offset }).map(
  ({ path: at, size }) =>
    new Does(`truncate ${at} ${size}`, async (model, { real }) => {
      await alike(
        () => model.truncate(at, size),
        async () => await real.truncate(at, size),
      );
    }),
);

/** Both alike, also where the target is open; `isDown`: while nothing can be uploaded. */
export async function renameBoth(
  model: PlainFiles,
  tested: Tested,
  { from, to, isDown = false }: { from: string; to: string; isDown?: boolean },
): Promise<void> {
  const isReplaced = model.isOpen(to) && model.top(from) !== undefined;
  if (isReplaced && model.top(from)?.isRemote === true) return;
  if (isReplaced && !(await hide(model, tested, to))) return;
  await alike(
    () => model.rename(from, to, isDown),
    async () => await tested.real.rename(from, to),
  );
}

const rename = fc.record({ from: path, to: path }).map(
  (names) =>
    new Does(
      `rename ${names.from} ${names.to}`,
      async (model, tested) => await renameBoth(model, tested, names),
      () => names.from !== names.to,
    ),
);

/** As programs do that write under a temporary name and rename it. */
const save = fc.record({ from: temporaryPath, to: finalPath, length }).map(
  ({ from, to, length: count }) =>
    new Does(
      `save ${count} as ${from}, rename to ${to}`,
      async (model, tested) => {
        if (!(await saveUnder(model, tested, from, count)) || from === to) return;
        await renameBoth(model, tested, { from, to });
      },
      (model) => model.handles.length < MAX_HANDLES,
    ),
);

/** Returns false when the file could not be opened. */
export async function saveUnder(
  model: PlainFiles,
  tested: Tested,
  at: string,
  count: number,
): Promise<boolean> {
  const handle = await openBoth(model, tested, { at, how: "w", creates: true });
  if (handle === undefined) return false;
  await writeBoth(model, tested, { handle, from: 0, bytes: fresh(count) });
  await closeHandle(model, tested, handle);
  return true;
}

const unlink = path.map(
  (at) =>
    new Does(`unlink ${at}`, async (model, tested) => {
      const { real } = tested;
      if (model.isOpen(at) && !real.hidesOpenFiles) {
        await hide(model, tested, at);
        return;
      }
      if (model.isOpen(at)) {
        await hide(model, tested, at);
        await real.unlink(at);
        return;
      }
      await alike(
        () => model.unlink(at),
        async () => await real.unlink(at),
      );
    }),
);

/** Paths that folders can have. */
export const FOLDERS: readonly string[] = ["dir", "dir/dir", "a", "dir/a"];

const folder = fc.constantFrom(...FOLDERS);

const mkdir = folder.map(
  (at) =>
    new Does(`mkdir ${at}`, async (model, { real }) => {
      await alike(
        () => model.mkdir(at),
        async () => await real.mkdir(at),
      );
    }),
);

const rmdir = folder.map(
  (at) =>
    new Does(`rmdir ${at}`, async (model, { real }) => {
      await alike(
        () => model.rmdir(at),
        async () => await real.rmdir(at),
      );
    }),
);

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary };
}

/** What programs can do through the kernel, more often what changes content. */
export const programCommands: readonly fc.WeightedArbitrary<Does>[] = [
  weighted(6, open),
  weighted(8, write),
  weighted(3, pread),
  weighted(2, ftruncate),
  weighted(6, close),
  weighted(1, sync),
  weighted(1, truncate),
  weighted(4, rename),
  weighted(3, save),
  weighted(2, unlink),
  weighted(2, mkdir),
  weighted(1, rmdir),
];
