import { join } from "node:path";
import type { FileEntry } from "../../api/models/models.ts";
import type { TransferOptions } from "../../api/transfers/options.ts";
import { readUploadJournal } from "../../api/transfers/upload-journal.ts";
import { BsmountError } from "../../core/errors.ts";
import { withIndexes } from "../../core/index-files.ts";
import type { UploadTarget } from "../../session/transfer-places.ts";
import { isNeverFinal } from "../../write/temporary-names.ts";
import type { RemoteNode } from "../remote-tree.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";
import { enterFolder, isNotUtf8, kindOf, lookAt, namesIn, openStream } from "./local-source.ts";
import { uploadJob, type UploadStep, withoutData } from "./index-order.ts";
import { folderIn } from "./remote-folders.ts";

/** Where something goes: into the folder `parent`, under that name. */
export interface UploadPlace {
  readonly parent: RemoteNode;
  readonly name: string;
}

/** A job for each file in the local folder `source`, to be copied into `folder`; links are followed. */
export async function* uploadJobs(
  source: string,
  folder: RemoteNode,
  copying: Copying,
  above: readonly string[] = [],
): AsyncGenerator<CopyJob, void, undefined> {
  const entries: string[] = [];
  let inside = above;
  await reporting(copying, async () => {
    inside = await enterFolder(source, above);
    const { names, notUtf8 } = await namesIn(source);
    entries.push(...names);
    for (const name of notUtf8) copying.onFailure(isNotUtf8(join(source, name)));
    if (names.length + notUtf8.length === 0) copying.onLeftOut(isEmpty(source));
  });
  for (const { data, indexes } of withIndexes(entries, (name) => name)) {
    const files: UploadStep[] = [];
    const folders: Subfolder[] = [];
    let failure: unknown;
    for (const name of [data, ...indexes]) {
      const path = join(source, name);
      await reporting(copying, async () => {
        if (failure !== undefined) throw withoutData(path, join(source, data), failure);
        try {
          const kind = kindOf(path, await lookAt(path));
          copying.taken.take(kind, `${folder.path}/${name}`, path);
          if (kind === "file") files.push(uploadStep(path, { parent: folder, name }, copying));
          else folders.push({ path, folder: await folderIn(folder, name, copying) });
        } catch (error) {
          if (name === data) failure = error;
          throw error;
        }
      });
    }
    const [first, ...others] = files;
    if (first !== undefined) yield uploadJob(first, others, copying);
    for (const { path, folder } of folders) yield* uploadJobs(path, folder, copying, inside);
  }
}

interface Subfolder {
  readonly path: string;
  readonly folder: RemoteNode;
}

/** The local file `source` as what {@link uploadJob} copies. */
export function uploadStep(source: string, place: UploadPlace, copying: Copying): UploadStep {
  return {
    source,
    upload: async (notBefore) => await uploadFile(source, place, { copying, notBefore }),
  };
}

interface UploadWith {
  readonly copying: Copying;
  /** The same content is left as it is only when BaseSpace had it later, milliseconds since 1970. */
  readonly notBefore: number;
}

/**
 * Copies the local file `source` to its place. Returns when BaseSpace says that it is complete. A file of that
 * name becomes an older version, unless it has the same content: then it is left as it is, and answered when
 * BaseSpace had it.
 */
async function uploadFile(
  source: string,
  place: UploadPlace,
  { copying, notBefore }: UploadWith,
): Promise<number | undefined> {
  const info = await lookAt(source);
  using bar = copying.progress.file(info.isFile() ? info.size : 0);
  const { parent, name } = place;
  const target = `${parent.path}/${name}`;
  checkName(source, place);
  const { session, signal, memory } = copying;
  const folder = parent.path.slice("bs:".length);
  const to = await session.places.uploadInto(folder, { name, source }, signal);
  const { existing } = to;
  const isLate = existing !== undefined && existing.dateCreatedMs >= notBefore;
  const same = info.isFile() && isLate ? await sameContent(source, to, copying) : undefined;
  if (same !== undefined) {
    copying.resumption.kept();
    copying.onUnchanged(target, info.size, same);
    return existing?.dateCreatedMs;
  }
  const options = { signal, memory, onProgress: bar.onProgress };
  const file = info.isFile()
    ? await sendFile(source, to, { options, copying })
    : await session.client.transfers.upload(to, await openStream(source, signal), options);
  // The service compares each request's body with the MD5 that is sent with it.
  const isInParts = file.etag?.includes("-") === true;
  copying.onFile(target, file.sizeBytes, isInParts ? BY_MD5S : BY_MD5);
  return undefined;
}

async function sendFile(
  source: string,
  to: UploadTarget,
  { options, copying }: { readonly options: TransferOptions; readonly copying: Copying },
): Promise<FileEntry> {
  const { appResultId, path, journal } = to;
  const { session, resumption } = copying;
  const place = { appResultId, path };
  const file = await resumption.during(
    session.client.transfers.upload(place, source, { ...options, journal }),
    async () => await readUploadJournal(journal),
  );
  resumption.kept();
  return file;
}

const BY_MD5 = "compared by MD5";
const BY_MD5S = "compared by the MD5s of its parts";

/** How it is known that the place has the content of `source` already; undefined when it is not. */
async function sameContent(
  source: string,
  { existing }: UploadTarget,
  { session, signal }: Copying,
): Promise<string | undefined> {
  if (existing === undefined) return undefined;
  const compared = await session.client.transfers.compare(source, existing, { signal });
  if (compared === "md5") return BY_MD5;
  return compared === "md5s" ? BY_MD5S : undefined;
}

function checkName(source: string, { parent, name }: UploadPlace): void {
  if (!isNeverFinal(name)) return;
  throw new BsmountError("usage", `${name} is a temporary name, which no finished file has`, {
    remedy: `give it another one: bsmount cp ${source} '${parent.path}/NAME'`,
  });
}

/** `mkdir` refuses such a folder for the same reason. */
function isEmpty(folder: string): string {
  return `${folder} is empty and is not copied: BaseSpace has no empty folders`;
}
