import type { GeneratedContent } from "./hidden-files.ts";
import type { GeneratedFile, OwnDirectory, RootDirectory } from "./node.ts";

/*
 * The directory `.bsmount` of a mount: files about the mount itself, which are not of BaseSpace. It is found by name and
 * not listed, as the other hidden files.
 */

/** Renders each file of the directory as it is now, by name. */
export type OwnFiles = ReadonlyMap<string, () => string>;

const NAME = ".bsmount";

function ownDirectory(parent: RootDirectory): OwnDirectory {
  return { type: "directory", kind: "own", name: NAME, parent };
}

/** The directory, where hidden files are listed. */
export function listedOwn(
  parent: RootDirectory,
  files: OwnFiles,
  showHidden: boolean,
): readonly OwnDirectory[] {
  return showHidden && files.size > 0 ? [ownDirectory(parent)] : [];
}

export function ownDirectoryNamed(
  name: string,
  parent: RootDirectory,
  files: OwnFiles,
): OwnDirectory | undefined {
  return name === NAME && files.size > 0 ? ownDirectory(parent) : undefined;
}

export function ownFilesIn(parent: OwnDirectory, files: OwnFiles): readonly GeneratedFile[] {
  return [...files.keys()].map((name) => ({ type: "file", kind: "generated", name, parent }));
}

export function ownFileNamed(
  name: string,
  parent: OwnDirectory,
  files: OwnFiles,
): GeneratedFile | undefined {
  return ownFilesIn(parent, files).find((file) => file.name === name);
}

export function renderOwnFile(name: string, files: OwnFiles, nowMs: number): GeneratedContent {
  return { bytes: Buffer.from(files.get(name)?.() ?? ""), dateMs: nowMs };
}
