/*
 * Names that programs give to files that are not ready: they write under such a name, and rename or remove the file
 * when it is whole. A file in BaseSpace can be neither renamed nor removed, so no file is finished under these names.
 */

interface TemporaryName {
  readonly pattern: RegExp;
  /** Returns the name that the file will get, where the temporary one tells it. */
  readonly finalName?: (match: RegExpExecArray) => string | undefined;
  /** Files that are ready can have such a name too: `tmp_results`. */
  readonly isSharedWithFinal?: boolean;
}

const first = (match: RegExpExecArray): string | undefined => match[1];

const TEMPORARY_NAMES: readonly TemporaryName[] = [
  { pattern: /^\.fuse_hidden/ },
  { pattern: /^\.nfs/ },
  { pattern: /^\.goutputstream-/ },
  { pattern: /^\.#/ },
  { pattern: /^4913$/ },
  { pattern: /^\..*\.sw.$/s },
  { pattern: /^sed.{6}$/ },
  { pattern: /~$/ },
  // rsync: .name.XXXXXX
  { pattern: /^\.(.+)\.[A-Za-z0-9]{6}$/s, finalName: first },
  { pattern: /^(.+)\.(?:tmp|part|partial)$/s, finalName: first },
  { pattern: /^(.+)\.tmp\..+$/s, finalName: first },
  // Many programs rename them, as git does: index.lock; others remove them.
  { pattern: /^(.+)\.lock$/s, finalName: first, isSharedWithFinal: true },
  // git's objects, packs and their indexes.
  { pattern: /^tmp_(?:obj|pack|idx)_/ },
  // SQLite removes them when the database is closed.
  { pattern: /.-(?:journal|wal|shm)$/s, isSharedWithFinal: true },
  // Python's tempfile, with any suffix.
  { pattern: /^tmp[a-z0-9_]{8}(?:\..+)?$/s, isSharedWithFinal: true },
  // plink converts what it reads to x-temporary.bed, .bim and .fam first.
  { pattern: /.-temporary\../s },
  // sambamba: the sorted pieces of x.bam.
  { pattern: /.\.bam\.\d{1,5}$/s, isSharedWithFinal: true },
];

/** Files in folders that programs remove, with everything in them, when they end. */
const IN_TEMPORARY_FOLDERS: readonly RegExp[] = [
  // bcftools sort, when TMPDIR is on the mount. `bcftools.merged` may be any folder, so the file's name must fit too.
  // With -T and a path that ends with a slash the folder's name is six characters only.
  /^(?:.*\/)?(?:bcftools\.)?[A-Za-z0-9]{6}\/\d{5}\.bcf$/s,
  /^(?:.*\/)?sambamba-pid\d+-[^/]+\//s,
  // Python's tempfile.
  /^(?:.*\/)?tmp[a-z0-9_]{8}\//s,
];

/** Whether `name`, the last segment of a path, is a temporary one. */
function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAMES.some(({ pattern }) => pattern.test(name));
}

/** Whether libfuse gave the file this name because somebody removed or replaced it while it was open. */
export function isRemovedWhileOpen(path: string): boolean {
  return /(?:^|\/)\.fuse_hidden[^/]*$/.test(path);
}

/** Whether a file that is ready never has such a name. */
export function isNeverFinal(name: string): boolean {
  return TEMPORARY_NAMES.some(
    ({ pattern, isSharedWithFinal }) => isSharedWithFinal !== true && pattern.test(name),
  );
}

/** The name that the file will get: `x.bam` for `.x.bam.a1B2c3`; undefined when the temporary one does not tell. */
export function finalNameOf(name: string): string | undefined {
  for (const { pattern, finalName } of TEMPORARY_NAMES) {
    const match = pattern.exec(name);
    if (match !== null) return finalName?.(match);
  }
  return undefined;
}

/** The path of a staged file, with what it tells about the one that the file will be finished under. */
export interface StagedName {
  /** Folders and name in the app result, without a leading slash. */
  readonly path: string;
  /** It is a temporary name: the file is finished only under another one. */
  readonly awaitsRename: boolean;
  /** The path that the file is uploaded to; undefined while nobody knows it. */
  readonly uploadPath: string | undefined;
}

export function stagedNameOf(path: string): StagedName {
  if (IN_TEMPORARY_FOLDERS.some((pattern) => pattern.test(path))) {
    return { path, awaitsRename: true, uploadPath: undefined };
  }
  const cut = path.lastIndexOf("/") + 1;
  const name = path.slice(cut);
  if (!isTemporaryName(name)) return { path, awaitsRename: false, uploadPath: path };
  const finalName = finalNameOf(name);
  const uploadPath = finalName === undefined ? undefined : path.slice(0, cut) + finalName;
  return { path, awaitsRename: true, uploadPath };
}
