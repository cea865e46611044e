import { posix } from "node:path";
import { withIndexes } from "../../core/index-files.ts";
import { findFolder, ensureFolderAt, ensureFolder } from "./remote-folders.ts";
import type { RemoteNode } from "../remote-tree.ts";
import { type CopyContext, type CopyJob, tryOrReport } from "./copy.ts";
import { uploadWithIndexes, type UploadStep } from "./index-order.ts";
import {
  checkSources,
  type CopyPlan,
  isFolderContents,
  isFolder,
  localName,
  recursiveRequiredError,
  UsedNames,
} from "./copy-plan.ts";
import { sizeOfLocal } from "./local-source.ts";
import { uploadJobs, uploadStep } from "./upload.ts";

/** Yields a job for each file to be copied into BaseSpace. */
export async function* jobsIn(
  plan: CopyPlan,
  context: CopyContext,
): AsyncGenerator<CopyJob, void, undefined> {
  const destination = await findDestination(plan, context);
  checkSources(plan, destination.folder !== undefined);
  const names = new UsedNames();
  const { files, folders } = await sortSources(plan);
  for (const { data, indexes } of withIndexes(files, localName)) {
    const steps: UploadStep[] = [];
    for (const source of [data, ...indexes]) {
      const step = await tryOrReport(context, async () => {
        const { parent, name } = await destination.pathOf(localName(source));
        names.take(name, source);
        context.usedPaths.take("file", `${parent.path}/${name}`, source);
        return uploadStep(source, { parent, name }, context);
      });
      if (step !== undefined) steps.push(step);
    }
    const [first, ...others] = steps;
    if (first !== undefined) yield uploadWithIndexes(first, others, context);
  }
  for (const source of folders) {
    const folder = await tryOrReport(context, async () => {
      if (!plan.isRecursive) throw recursiveRequiredError(source);
      if (isFolderContents(source)) return await destination.asFolder();
      if (destination.folder === undefined && !plan.isExact) context.resumption.madeDestination();
      const { parent, name } = await destination.pathOf(localName(source));
      names.take(name, source);
      context.usedPaths.take("folder", `${parent.path}/${name}`, source);
      return await ensureFolder(parent, name, context);
    });
    if (folder !== undefined) yield* uploadJobs(source, folder, context);
  }
}

async function sortSources({
  sources,
}: CopyPlan): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const source of sources) ((await isFolder(source)) ? folders : files).push(source);
  return { files, folders };
}

interface Destination {
  /** The folder into which the sources are copied under their own names; undefined when the target is a new name. */
  readonly folder: RemoteNode | undefined;
  /** Where a source with this name is copied to. */
  pathOf(name: string): Promise<{ readonly parent: RemoteNode; readonly name: string }>;
  /** The target itself as a folder, which is made when it is missing. */
  asFolder(): Promise<RemoteNode>;
}

async function findDestination(
  { target, isExact }: CopyPlan,
  context: CopyContext,
): Promise<Destination> {
  const existing = isExact ? undefined : await findFolder(target, context);
  const isNewFolder = !isExact && existing === undefined && target.endsWith("/");
  const folder = isNewFolder ? await ensureFolderAt(target, context) : existing;
  return {
    folder,
    pathOf: async (name) => {
      if (folder !== undefined) return { parent: folder, name };
      return {
        parent: await ensureFolderAt(posix.dirname(target), context),
        name: posix.basename(target),
      };
    },
    asFolder: async () => folder ?? (await ensureFolderAt(target, context)),
  };
}

/** The bytes of all sources, for the progress bar; sources that cannot be read count 0. */
export async function sizeIn({ sources }: CopyPlan): Promise<number> {
  let sum = 0;
  for (const source of sources) sum += await sizeOfLocal(source).catch(() => 0);
  return sum;
}
