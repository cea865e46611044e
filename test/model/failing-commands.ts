import fc from "fast-check";
import { alike } from "./comparing.ts";
import {
  closeHandle,
  Does,
  finalPath,
  fresh,
  length,
  MAX_HANDLES,
  onHandle,
  pick,
  programCommands,
  renameBoth,
  saveUnder,
  temporaryPath,
  type Tested,
} from "./file-commands.ts";
import type { PlainFiles } from "./plain-files.ts";
import type { DirectFiles } from "./direct-files.ts";

/* What only a test without a kernel can do in no time: a service that fails or is away, and time that passes. */

/** The filesystem without a kernel. */
export interface TestedDirectly extends Tested<DirectFiles> {
  /** Those that left the file where it was. */
  failedRenames: number;
}

type Command = fc.AsyncCommand<PlainFiles, TestedDirectly>;

async function whileDown({ real }: TestedDirectly, work: () => Promise<void>): Promise<void> {
  const { emulator } = real.files;
  emulator.clearFaults();
  emulator.addFaults("POST * status=500", "PUT * status=500");
  try {
    await work();
  } finally {
    emulator.clearFaults();
  }
}

/** Through a mapping, say: the kernel has told of the close already. */
const closeAndWrite = fc.record({ pick, late: length }).map(({ pick: which, late }) =>
  onHandle<TestedDirectly>(`close writing ${late}`, which, async (handle, model, tested) => {
    const more = handle.mode === "r" ? {} : { late: fresh(late) };
    await closeHandle(model, tested, handle, more);
  }),
);

const closeWhileDown = pick.map((which) =>
  onHandle<TestedDirectly>("close while down", which, async (handle, model, tested) => {
    await whileDown(tested, async () => {
      await closeHandle(model, tested, handle, { isDown: true });
    });
  }),
);

const closeDuplicate = pick.map((which) =>
  onHandle<TestedDirectly>("close a duplicate of", which, async (handle, model, { handles }) => {
    await alike(
      () => model.sync(handle),
      async () => await handles.get(handle)?.flush(true),
    );
  }),
);

async function renamedWhileDown(
  model: PlainFiles,
  tested: TestedDirectly,
  names: { from: string; to: string },
): Promise<void> {
  await whileDown(tested, async () => {
    await renameBoth(model, tested, { ...names, isDown: true });
    await tested.settle(model);
  });
  if (model.temporaryPaths().includes(names.from)) tested.failedRenames += 1;
}

/** The path of a file that awaits its rename: other files with temporary names are complete, or do not exist. */
const renameWhileDown = fc.record({ pick, to: finalPath }).map(
  ({ pick: which, to }) =>
    new Does<TestedDirectly>(
      `rename #${which} while down to ${to}`,
      async (model, tested) => {
        const paths = model.temporaryPaths();
        const from = paths[which % paths.length];
        if (from !== undefined && from !== to) await renamedWhileDown(model, tested, { from, to });
      },
      (model) => model.temporaryPaths().length > 0,
    ),
);

const saveWhileDown = fc.record({ from: temporaryPath, to: finalPath, length }).map(
  ({ from, to, length: count }) =>
    new Does<TestedDirectly>(
      `save ${count} as ${from}, rename to ${to} while down`,
      async (model, tested) => {
        if (!(await saveUnder(model, tested, from, count)) || from === to) return;
        await renamedWhileDown(model, tested, { from, to });
      },
      (model) => model.handles.length < MAX_HANDLES,
    ),
);

const wait = fc.constant(
  new Does<TestedDirectly>("wait", async (model, { real }) => {
    model.wait();
    real.files.clock.advance(5000);
    await real.files.settled(model.options.keepsStaged, true);
  }),
);

const refresh = fc.constant(
  new Does<TestedDirectly>("refresh", async (_model, { real }) => real.files.refresh()),
);

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
    new Does<TestedDirectly>(`fault ${rule}`, async (_model, { real }) => {
      real.files.emulator.clearFaults();
      real.files.emulator.addFaults(rule);
    }),
);

function weighted(weight: number, arbitrary: fc.Arbitrary<Command>): fc.WeightedArbitrary<Command> {
  return { weight, arbitrary };
}

/** Everything that may happen. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  ...programCommands.map(({ weight, arbitrary }) => weighted(weight, arbitrary)),
  weighted(1, closeAndWrite),
  weighted(1, closeWhileDown),
  weighted(1, closeDuplicate),
  weighted(2, renameWhileDown),
  weighted(2, saveWhileDown),
  weighted(1, wait),
  weighted(1, refresh),
  weighted(2, fault),
);
