/*
 * Names that programs give to what is not ready: they write under such a name and rename it when it is
 * whole. A file in BaseSpace can neither be renamed nor removed, so nothing is finished under these.
 */

interface TemporaryName {
  readonly pattern: RegExp;
  /** The name that the file will get, where the temporary one tells it. */
  readonly finalName?: (match: RegExpExecArray) => string | undefined;
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
];

/** Whether `name`, the last segment of a path, is a temporary one. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAMES.some(({ pattern }) => pattern.test(name));
}

/** The name that the file is expected to get: `x.bam` of `.x.bam.a1B2c3`; undefined when nobody knows. */
export function finalNameOf(name: string): string | undefined {
  for (const { pattern, finalName } of TEMPORARY_NAMES) {
    const match = pattern.exec(name);
    if (match !== null) return finalName?.(match);
  }
  return undefined;
}

/** Whether a file at `path` is held back, and the path it goes up under as far as that is known. */
export function expectedPath(path: string): { isHeld: boolean; uploadPath: string | undefined } {
  const cut = path.lastIndexOf("/") + 1;
  const name = path.slice(cut);
  if (!isTemporaryName(name)) return { isHeld: false, uploadPath: path };
  const finalName = finalNameOf(name);
  const uploadPath = finalName === undefined ? undefined : path.slice(0, cut) + finalName;
  return { isHeld: true, uploadPath };
}
