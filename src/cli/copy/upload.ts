import { join } from "node:path";
import type { FileEntry } from "../../api/models/models.ts";
import type { UploadOptions as TransferOptions } from "../../api/transfers/upload-file.ts";
import { readUploadJournal } from "../../api/transfers/upload-journal.ts";
import { BsmountError } from "../../core/errors.ts";
import { withIndexes } from "../../core/index-files.ts";
import type { UploadPlan } from "../../session/transfer-paths.ts";
import { isNeverFinal } from "../../write/temporary-names.ts";
import type { RemoteNode } from "../remote-tree.ts";
import { type CopyContext, type CopyJob, tryOrReport } from "./copy.ts";
import {
  enterFolder,
  notUtf8Error,
  kindOf,
  statSource,
  readNames,
  openStream,
} from "./local-source.ts";
import { uploadWithIndexes, type UploadStep, missingDataError } from "./index-order.ts";
import { ensureFolder } from "./remote-folders.ts";

/** The folder and the name under which a file is uploaded. */
export interface NameInFolder {
  readonly parent: RemoteNode;
  readonly name: string;
}

/** Yields a job for each file in the local folder `source`, to be copied into `folder`; follows links. */
export async function* uploadJobs(
  source: string,
  folder: RemoteNode,
  context: CopyContext,
  above: readonly string[] = [],
): AsyncGenerator<CopyJob, void, undefined> {
  const entered = await tryOrReport(context, async () => {
    const inside = await enterFolder(source, above);
    const { names, notUtf8 } = await readNames(source);
    for (const name of notUtf8) context.onFailure(notUtf8Error(join(source, name)));
    if (names.length + notUtf8.length === 0) context.onLeftOut(emptyFolderNotice(source));
    return { inside, names };
  });
  if (entered === undefined) return;
  for (const { data, indexes } of withIndexes(entered.names, (name) => name)) {
    const steps: UploadStep[] = [];
    const subfolders: Subfolder[] = [];
    let failure: unknown;
    for (const name of [data, ...indexes]) {
      const path = join(source, name);
      await tryOrReport(context, async () => {
        if (failure !== undefined) throw missingDataError(path, join(source, data), failure);
        try {
          const kind = kindOf(path, await statSource(path));
          context.usedPaths.take(kind, `${folder.path}/${name}`, path);
          if (kind === "file") steps.push(uploadStep(path, { parent: folder, name }, context));
          else subfolders.push({ path, folder: await ensureFolder(folder, name, context) });
        } catch (error) {
          if (name === data) failure = error;
          throw error;
        }
      });
    }
    const [first, ...others] = steps;
    if (first !== undefined) yield uploadWithIndexes(first, others, context);
    for (const { path, folder: into } of subfolders) {
      yield* uploadJobs(path, into, context, entered.inside);
    }
  }
}

interface Subfolder {
  readonly path: string;
  readonly folder: RemoteNode;
}

/** The upload of the local file `source`, for {@link uploadWithIndexes}. */
export function uploadStep(
  source: string,
  destination: NameInFolder,
  context: CopyContext,
): UploadStep {
  return {
    source,
    upload: async (notBefore) => await uploadFile(source, destination, { context, notBefore }),
  };
}

interface UploadOptions {
  readonly context: CopyContext;
  /** The same content counts as unchanged only when BaseSpace has it since then, milliseconds since 1970. */
  readonly notBefore: number;
}

/**
 * Uploads the local file `source`, and returns when BaseSpace marked it complete. A file with that name becomes an
 * older version, unless it has the same content: then it stays, and the result is since when BaseSpace has it.
 */
async function uploadFile(
  source: string,
  destination: NameInFolder,
  { context, notBefore }: UploadOptions,
): Promise<number | undefined> {
  const info = await statSource(source);
  using bar = context.progress.file(info.isFile() ? info.size : 0);
  const { parent, name } = destination;
  const path = `${parent.path}/${name}`;
  checkName(source, destination);
  const { session, signal, memory } = context;
  const folder = parent.path.slice("bs:".length);
  const target = await session.transferPaths.uploadInto(folder, { name, source }, signal);
  const { existing } = target;
  const isRecent = existing !== undefined && existing.dateCreatedMs >= notBefore;
  const same =
    info.isFile() && isRecent ? await compareContent(source, target, context) : undefined;
  if (same !== undefined) {
    context.resumption.markKept();
    context.onUnchanged(path, info.size, same);
    return existing?.dateCreatedMs;
  }
  const { existedBefore } = target;
  const options = { signal, memory, onProgress: bar.onProgress, existedBefore };
  const file = info.isFile()
    ? await sendFile(source, target, { options, context })
    : await session.client.transfers.upload(target, await openStream(source, signal), options);
  // BaseSpace compares the body of each request with the MD5 that is sent with it.
  const isInParts = file.etag?.includes("-") === true;
  context.onFile(path, file.sizeBytes, isInParts ? BY_MD5S : BY_MD5);
  return undefined;
}

async function sendFile(
  source: string,
  target: UploadPlan,
  { options, context }: { readonly options: TransferOptions; readonly context: CopyContext },
): Promise<FileEntry> {
  const { appResultId, path, journal } = target;
  const { session, resumption } = context;
  const file = await resumption.watch(
    session.client.transfers.upload({ appResultId, path }, source, { ...options, journal }),
    async () => await readUploadJournal(journal),
  );
  resumption.markKept();
  return file;
}

const BY_MD5 = "compared by MD5";
const BY_MD5S = "compared by the MD5s of its parts";

/** How `existing` was found to have the content of `source`; undefined when it has another or cannot be compared. */
async function compareContent(
  source: string,
  { existing }: UploadPlan,
  { session, signal }: CopyContext,
): Promise<string | undefined> {
  if (existing === undefined) return undefined;
  const compared = await session.client.transfers.compare(source, existing, { signal });
  if (compared === "md5") return BY_MD5;
  return compared === "md5s" ? BY_MD5S : undefined;
}

function checkName(source: string, { parent, name }: NameInFolder): void {
  if (!isNeverFinal(name)) return;
  throw new BsmountError("usage", `${name} is a temporary name, which no finished file can have`, {
    remedy: `give it another one: bsmount cp ${source} '${parent.path}/NAME'`,
  });
}

function emptyFolderNotice(folder: string): string {
  return `${folder} is empty and is not copied: BaseSpace has no empty folders`;
}
