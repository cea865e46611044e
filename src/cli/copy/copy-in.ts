import { posix } from "node:path";
import { withIndexes } from "../../core/index-files.ts";
import { findFolder, folderAt, folderIn } from "./remote-folders.ts";
import type { RemoteNode } from "../remote-tree.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";
import { uploadJob, type UploadStep } from "./index-order.ts";
import {
  checkSeveral,
  type CpPlan,
  isContents,
  isFolder,
  localName,
  needsRecursive,
  TakenNames,
} from "./places.ts";
import { sizeOf } from "./local-source.ts";
import { uploadJobs, uploadStep } from "./upload.ts";

/** A job for each file that is copied into BaseSpace. */
export async function* jobsIn(
  plan: CpPlan,
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const place = await targetOf(plan, copying);
  checkSeveral(plan, place.folder !== undefined);
  const names = new TakenNames();
  const { files, folders } = await sortedSources(plan);
  for (const { data, indexes } of withIndexes(files, localName)) {
    const steps: UploadStep[] = [];
    for (const source of [data, ...indexes]) {
      await reporting(copying, async () => {
        const { parent, name } = await place.of(localName(source));
        names.take(name, source);
        copying.taken.take("file", `${parent.path}/${name}`, source);
        steps.push(uploadStep(source, { parent, name }, copying));
      });
    }
    const [first, ...others] = steps;
    if (first !== undefined) yield uploadJob(first, others, copying);
  }
  for (const source of folders) {
    const targets: RemoteNode[] = [];
    await reporting(copying, async () => {
      if (!plan.isRecursive) throw needsRecursive(source);
      if (isContents(source)) {
        targets.push(await place.self());
        return;
      }
      if (place.folder === undefined && !plan.isExact) copying.resumption.moved();
      const { parent, name } = await place.of(localName(source));
      names.take(name, source);
      copying.taken.take("folder", `${parent.path}/${name}`, source);
      targets.push(await folderIn(parent, name, copying));
    });
    for (const folder of targets) yield* uploadJobs(source, folder, copying);
  }
}

async function sortedSources({
  sources,
}: CpPlan): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const source of sources) ((await isFolder(source)) ? folders : files).push(source);
  return { files, folders };
}

interface Target {
  /** The folder that takes what is copied under its own name; undefined when the target is a new name. */
  readonly folder: RemoteNode | undefined;
  /** Where something of that name goes. */
  of(name: string): Promise<{ readonly parent: RemoteNode; readonly name: string }>;
  /** The target itself as a folder. */
  self(): Promise<RemoteNode>;
}

async function targetOf({ target, isExact }: CpPlan, copying: Copying): Promise<Target> {
  const existing = isExact ? undefined : await findFolder(target, copying);
  const isNewFolder = !isExact && existing === undefined && target.endsWith("/");
  const folder = isNewFolder ? await folderAt(target, copying) : existing;
  return {
    folder,
    of: async (name) => {
      if (folder !== undefined) return { parent: folder, name };
      return {
        parent: await folderAt(posix.dirname(target), copying),
        name: posix.basename(target),
      };
    },
    self: async () => folder ?? (await folderAt(target, copying)),
  };
}

/** All bytes that are to be copied, for a bar. */
export async function sizeIn({ sources }: CpPlan): Promise<number> {
  let sum = 0;
  for (const source of sources) sum += await sizeOf(source).catch(() => 0);
  return sum;
}
