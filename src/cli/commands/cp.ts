import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { ByteBudget } from "../../core/byte-budget.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { jobsIn, sizeIn } from "../copy/copy-in.ts";
import { jobsOut, sizeOut } from "../copy/copy-out.ts";
import { COPY_MEMORY_BYTES, copyAll } from "../copy/copy.ts";
import { type CopyFlags, parseCopyPlan } from "../copy/copy-plan.ts";
import { copyProgress, showsProgress } from "../copy/progress.ts";
import { Resumption } from "../copy/resumption.ts";
import { UsedPaths } from "../copy/used-paths.ts";
import { CopyReport } from "../copy/copy-report.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { isRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";

const SOURCE = new Argument(
  "<SOURCE>",
  "bs:/projects/… or a local file or folder; SOURCE/. means the contents of a folder",
);
const DESTINATION = new Argument("<DESTINATION>", "the same on the other side");

interface CpFlags extends GivenOptions, CopyFlags {
  readonly checksum?: true;
}

export function cpCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("cp")
    .description("copy out of and into bs:/PATH without a mount")
    .usage("[options] SOURCE... DESTINATION")
    .argument("[paths...]")
    // commander allows no argument after a variadic one.
    .configureHelp({ visibleArguments: () => [SOURCE, DESTINATION] })
    .option("-r, --recursive", "copy folders with everything in them")
    .option("-T, --no-target-directory", "DESTINATION is the new name, even when it is a folder")
    .option("--checksum", "show how each file was compared with BaseSpace's MD5s");
  return addOptions(command, TREE_OPTIONS).action(async (paths, flags) => {
    onResult(await cp(paths, flags, context));
  });
}

async function cp(
  paths: readonly string[],
  flags: CpFlags,
  context: CommandContext,
): CommandResult {
  const plan = parseCopyPlan(paths, flags);
  await using session = await openRemoteSession(flags, context);
  const { fileSystem } = session;
  const { signal } = context;
  const isInto = isRemote(plan.target);
  const report = new CopyReport(flags.checksum === true, session.config.folders.state);
  const countsBytes = showsProgress();
  const size = async (): Promise<number> =>
    isInto ? await sizeIn(plan) : await sizeOut(plan, { fileSystem, signal });
  {
    using progress = copyProgress(countsBytes ? await size() : 0);
    const memory = new ByteBudget(COPY_MEMORY_BYTES);
    const callbacks = report.callbacks(progress.interrupt);
    const usedPaths = new UsedPaths(plan);
    const resumption = new Resumption();
    const shared = { session, fileSystem, signal, memory, progress, usedPaths, resumption };
    const copyContext = { ...shared, ...callbacks };
    try {
      await copyAll(isInto ? jobsIn(plan, copyContext) : jobsOut(plan, copyContext), copyContext);
    } catch (error) {
      throw signal.aborted ? resumption.explain(signal.reason) : error;
    }
  }
  await session.finishUploads(signal);
  return report.close();
}
