import fc from "fast-check";
import { expect } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { alike, compare } from "./comparing.ts";
import {
  folderOf,
  join,
  type Mode,
  nameOf,
  type OpenFlags,
  type PlainFiles,
  type PlainHandle,
} from "./plain-files.ts";
import { type RealFiles } from "./real-files.ts";

/* What programs do, on the model and on the filesystem; after each both have to look the same. */

/** The filesystem, and its handle for each of the model's. */
export interface Tested {
  readonly real: RealFiles;
  readonly handles: Map<PlainHandle, Handle>;
  hidden: number;
  /** Those that left the file where it was. */
  failedRenames: number;
}

type Command = fc.AsyncCommand<PlainFiles, Tested>;

const NAMES = ["a", "a", "b", "a.tmp", ".b.AbCdEf", "c~", "dir"];
const FOLDERS = ["", "", "", "", "dir", "dir", "dir/dir"];
const MAX_HANDLES = 6;

const path = fc
  .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES))
  .map(([folder, name]) => join(folder, name));
const offset = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, 63, 64, 65, 128, 256, 355, 356, 357, 700),
  fc.nat(2300),
);
const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 200 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 1200 }),
  },
);
const mode = fc.constantFrom<Mode>("r", "w", "rw", "rw");
const pick = fc.nat(MAX_HANDLES - 1);
const isDown = fc.boolean();

let stamps = 0;

/** Bytes that no other write has. */
function fresh(length: number): Buffer {
  stamps += 1;
  const bytes = Buffer.alloc(length, `<${stamps}>`);
  return bytes;
}

class Does implements Command {
  readonly #text: string;
  readonly #run: (model: PlainFiles, tested: Tested) => Promise<void>;
  readonly #fits: (model: Readonly<PlainFiles>) => boolean;

  constructor(
    text: string,
    run: (model: PlainFiles, tested: Tested) => Promise<void>,
    fits: (model: Readonly<PlainFiles>) => boolean = () => true,
  ) {
    this.#text = text;
    this.#run = run;
    this.#fits = fits;
  }

  check(model: Readonly<PlainFiles>): boolean {
    return this.#fits(model);
  }

  async run(model: PlainFiles, tested: Tested): Promise<void> {
    tested.real.clock.advance(1);
    await this.#run(model, tested);
    await tested.real.settled(model.options.keepsStaged);
    await compare(model, tested.real);
  }

  toString(): string {
    return this.#text;
  }
}

export async function closeHandle(
  model: PlainFiles,
  { real, handles }: Tested,
  handle: PlainHandle,
  { isDown = false, late }: { isDown?: boolean; late?: Buffer } = {},
): Promise<void> {
  const open = handles.get(handle) as Handle;
  const others = model.othersWrite(handle);
  await alike(
    () => model.flush(handle, isDown),
    async () => await real.fs.flush(open, async () => (others ? "open" : "closed"), neverAborted),
  );
  if (late !== undefined) {
    const end = model.read(handle, 0, Infinity).length;
    await alike(
      () => model.write(handle, end, late),
      async () => await real.fs.write(open, end, late, neverAborted),
    );
  }
  const { path: at } = handle;
  model.release(handle);
  real.fs.release(open);
  handles.delete(handle);
  await real.settled(model.options.keepsStaged);
  // As libfuse: what was removed while it was open goes with its last descriptor.
  if (!nameOf(at).startsWith(".fuse_hidden") || model.isOpen(at)) return;
  await alike(
    () => model.unlink(at),
    async () => await real.fs.change.unlink(await real.parent(at), nameOf(at), neverAborted),
  );
}

/** What libfuse does before an open file is removed or replaced. */
async function hide(model: PlainFiles, tested: Tested, at: string): Promise<boolean> {
  tested.hidden += 1;
  const to = join(folderOf(at), `.fuse_hidden${tested.hidden}`);
  return await alike(
    () => model.rename(at, to),
    async () => await tested.real.rename(at, to),
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
  const opened: [PlainHandle?, Handle?] = [];
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
function onHandle(
  text: string,
  which: number,
  run: (handle: PlainHandle, model: PlainFiles, tested: Tested) => Promise<void>,
): Does {
  return new Does(
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
  { real, handles }: Tested,
  { handle, from, bytes }: { handle: PlainHandle; from: number; bytes: Buffer },
): Promise<void> {
  await alike(
    () => model.write(handle, from, bytes),
    async () => await real.fs.write(handles.get(handle) as Handle, from, bytes, neverAborted),
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
    const found = await tested.real.read(tested.handles.get(handle) as Handle, at, count);
    expect(found.toString("latin1"), `read of ${handle.path}`).toBe(
      model.read(handle, at, count).toString("latin1"),
    );
  }),
);

const ftruncate = fc.record({ pick, size: offset }).map(({ pick: which, size }) =>
  onHandle(`ftruncate ${size}`, which, async (handle, model, tested) => {
    await alike(
      () => model.truncateOpen(handle, size),
      async () =>
        await tested.real.fs.ftruncate(tested.handles.get(handle) as Handle, size, neverAborted),
    );
  }),
);

const close = fc
  .record({ pick, late: fc.option(length, { freq: 6 }) })
  .map(({ pick: which, late }) =>
    onHandle(`close${late === null ? "" : ` writing ${late}`}`, which, async (handle, ...all) => {
      const more = late === null || handle.mode === "r" ? {} : { late: fresh(late) };
      await closeHandle(...all, handle, more);
    }),
  );

async function whileDown({ real }: Tested, work: () => Promise<void>): Promise<void> {
  const { emulator } = real;
  emulator.clearFaults();
  emulator.addFaults("POST * status=500", "PUT * status=500");
  try {
    await work();
  } finally {
    emulator.clearFaults();
  }
}

const closeWhileDown = pick.map((which) =>
  onHandle("close while down", which, async (handle, model, tested) => {
    await whileDown(tested, async () => {
      await closeHandle(model, tested, handle, { isDown: true });
    });
  }),
);

const closeDuplicate = pick.map((which) =>
  onHandle("close a duplicate of", which, async (handle, model, { real, handles }) => {
    const open = handles.get(handle) as Handle;
    await alike(
      () => model.sync(handle),
      async () => await real.fs.flush(open, async () => "open", neverAborted),
    );
    await alike(
      () => model.sync(handle),
      async () => await real.fs.fsync(open, neverAborted),
    );
  }),
);

const truncate = fc.record({ path, size: offset }).map(
  ({ path: at, size }) =>
    new Does(`truncate ${at} ${size}`, async (model, { real }) => {
      await alike(
        () => model.truncate(at, size),
        async () => await real.fs.change.truncate((await real.stat(at)).ino, size, neverAborted),
      );
    }),
);

/** Both alike, also where the target is open; `isDown`: while nothing can be uploaded. */
async function renameBoth(
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

async function renamedWhileDown(
  model: PlainFiles,
  tested: Tested,
  names: { from: string; to: string },
): Promise<void> {
  await whileDown(tested, async () => {
    await renameBoth(model, tested, { ...names, isDown: true });
    await tested.real.settled(model.options.keepsStaged);
  });
  if (model.temporaryPaths().includes(names.from)) tested.failedRenames += 1;
}

const finalPath = fc.oneof(path, fc.constantFrom("a", "b"));

/** The path of a file that awaits its rename: other files with temporary names are complete, or do not exist. */
const renameWhileDown = fc.record({ pick, to: finalPath }).map(
  ({ pick: which, to }) =>
    new Does(
      `rename #${which} while down to ${to}`,
      async (model, tested) => {
        const paths = model.temporaryPaths();
        const from = paths[which % paths.length];
        if (from !== undefined && from !== to) await renamedWhileDown(model, tested, { from, to });
      },
      (model) => model.temporaryPaths().length > 0,
    ),
);

/** As programs do that write under a temporary name and rename it. */
const save = fc
  .record({ from: fc.constantFrom("a.tmp", ".b.AbCdEf", "c~"), to: finalPath, length, isDown })
  .map(
    ({ from, to, length: count, isDown: fails }) =>
      new Does(
        `save ${count} as ${from}, rename to ${to}${fails ? " while down" : ""}`,
        async (model, tested) => {
          const handle = await openBoth(model, tested, { at: from, how: "w", creates: true });
          if (handle === undefined) return;
          await writeBoth(model, tested, { handle, from: 0, bytes: fresh(count) });
          await closeHandle(model, tested, handle);
          if (from === to) return;
          if (fails) await renamedWhileDown(model, tested, { from, to });
          else await renameBoth(model, tested, { from, to });
        },
        (model) => model.handles.length < MAX_HANDLES,
      ),
  );

const unlink = path.map(
  (at) =>
    new Does(`unlink ${at}`, async (model, tested) => {
      if (model.isOpen(at)) {
        await hide(model, tested, at);
        return;
      }
      const { real } = tested;
      await alike(
        () => model.unlink(at),
        async () => await real.fs.change.unlink(await real.parent(at), nameOf(at), neverAborted),
      );
    }),
);

const folder = fc.constantFrom("dir", "dir/dir", "a", "dir/a");

const mkdir = folder.map(
  (at) =>
    new Does(`mkdir ${at}`, async (model, { real }) => {
      await alike(
        () => model.mkdir(at),
        async () =>
          await real.fs.change.mkdir(await real.parent(at), nameOf(at), 0o755, neverAborted),
      );
    }),
);

const rmdir = folder.map(
  (at) =>
    new Does(`rmdir ${at}`, async (model, { real }) => {
      await alike(
        () => model.rmdir(at),
        async () => await real.fs.change.rmdir(await real.parent(at), nameOf(at), neverAborted),
      );
    }),
);

const wait = fc.constant(
  new Does("wait", async (model, { real }) => {
    model.wait();
    real.clock.advance(5000);
    await real.settled(model.options.keepsStaged, true);
  }),
);

const refresh = fc.constant(new Does("refresh", async (_model, { real }) => real.refresh()));

const FAULTS = [
  "PUT /files/*/parts/* n=1 status=500",
  "PUT /files/*/parts/* n=1 reset-after",
  "POST /files/* n=1 status=503",
  "POST /files/* n=1 reset-after",
  "POST /appresults/*/files n=1 status=500",
  "POST /appresults/*/files n=1 reset-after",
  "POST /appresults/*/files n=1 reset-before",
];

const fault = fc.constantFrom(...FAULTS).map(
  (rule) =>
    new Does(`fault ${rule}`, async (_model, { real }) => {
      real.emulator.clearFaults();
      real.emulator.addFaults(rule);
    }),
);

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary };
}

/** Everything that may happen, more often what changes content. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  weighted(6, open),
  weighted(8, write),
  weighted(3, pread),
  weighted(2, ftruncate),
  weighted(6, close),
  weighted(1, closeWhileDown),
  weighted(1, closeDuplicate),
  weighted(1, truncate),
  weighted(4, rename),
  weighted(2, renameWhileDown),
  weighted(3, save),
  weighted(2, unlink),
  weighted(2, mkdir),
  weighted(1, rmdir),
  weighted(1, wait),
  weighted(1, refresh),
  weighted(2, fault),
);
