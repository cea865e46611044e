import { Argument, Command } from "commander";
import { ByteBudget } from "../../core/byte-budget.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { jobsIn, sizeIn } from "../copy/copy-in.ts";
import { jobsOut, sizeOut } from "../copy/copy-out.ts";
import { COPY_MEMORY_BYTES, copyAll } from "../copy/copying.ts";
import { checkedPlan } from "../copy/places.ts";
import { copyProgress, showsProgress } from "../copy/progress.ts";
import { Resumption } from "../copy/resumption.ts";
import { TakenPlaces } from "../copy/taken-places.ts";
import { Tally } from "../copy/tally.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { isRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";

const SOURCE = new Argument(
  "<SOURCE>",
  "bs:/projects/… or a local file or folder; SOURCE/. is what is in a folder",
);
const DESTINATION = new Argument("<DESTINATION>", "the same on the other side");

export function cpCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("cp")
    .description("copy out of and into bs:/PATH without a mount")
    .usage("[options] SOURCE... DESTINATION")
    .argument("[places...]")
    // commander knows no argument behind one that is given several times.
    .configureHelp({ visibleArguments: () => [SOURCE, DESTINATION] })
    .option("-r, --recursive", "copy folders with everything in them")
    .option("-T, --no-target-directory", "DESTINATION is the new name, also when a folder is there")
    .option("--checksum", "say of each file how it was compared with BaseSpace's MD5s");
  addOptions(command, TREE_OPTIONS);
  return command.action(async (places: string[], parsed: Record<string, unknown>) => {
    onResult(await cp(places, parsed, context));
  });
}

async function cp(
  places: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): CommandResult {
  const plan = checkedPlan(places, parsed);
  await using session = await openRemoteSession(parsed, context);
  const { fileSystem } = session;
  const { signal } = context;
  const isInto = isRemote(plan.target);
  const checksum = parsed["checksum"] === true;
  const tally = new Tally(checksum, session.config.folders.state);
  const countsBytes = showsProgress();
  const size = async (): Promise<number> =>
    isInto ? await sizeIn(plan) : await sizeOut(plan, { fileSystem, signal });
  {
    using progress = copyProgress(countsBytes ? await size() : 0);
    const memory = new ByteBudget(COPY_MEMORY_BYTES);
    const counting = tally.counting(progress.interrupt);
    const taken = new TakenPlaces(plan);
    const resumption = new Resumption();
    const shared = { session, fileSystem, signal, memory, progress, taken, resumption };
    const copying = { ...shared, ...counting };
    try {
      await copyAll(isInto ? jobsIn(plan, copying) : jobsOut(plan, copying), copying);
    } catch (error) {
      throw signal.aborted ? resumption.told(signal.reason) : error;
    }
  }
  await session.finishUploads(signal);
  return tally.close();
}
