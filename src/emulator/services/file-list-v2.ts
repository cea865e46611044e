import type { Query } from "../http/query.ts";
import type { BaseSpaceFile } from "../state/entities.ts";
import { folderOf } from "../text/paths.ts";

export interface FileListRules {
  /** The folder that is listed, without leading or trailing slash; undefined for the files of all folders. */
  readonly folder: string | undefined;
  /** Whether subfolders are listed too. */
  readonly isRecursive: boolean;
  /** Whether the file passes the filters other than the folder. */
  readonly isListed: (file: BaseSpaceFile) => boolean;
  /** Whether the file is in the listed folder, or below it if the list is recursive. */
  readonly isInListedFolder: (file: BaseSpaceFile) => boolean;
}

/** The rules of a v2 file list, from its query. The emulator has no folders that index VCFs and BAMs. */
export function fileListRules(query: Query): FileListRules {
  const directory = query.get("directory") || undefined;
  const folder = directory?.replace(/^\/+|\/+$/g, "");
  const isRecursive = isSet(query, "includesubdirectories") || isSet(query, "recursive");
  const extensions = query.list("extensions").map(withDot);
  const excluded = query.list("excludeextensions").map(withDot);
  const prefix = (query.get("pathprefix") ?? "").replace(/^\/+/, "");
  const statuses = query.list("statuses");
  return {
    folder,
    isRecursive: isRecursive,
    isListed: (file) =>
      file.removed !== true &&
      (statuses.length === 0 ? ["complete"] : statuses).includes(file.uploadStatus) &&
      file.path.startsWith(prefix) &&
      (extensions.length === 0 || endsWithOne(file.path, extensions)) &&
      !endsWithOne(file.path, excluded) &&
      !isExcluded(query, file),
    isInListedFolder: ({ path }) =>
      folder === undefined || isBelowFolder(folderOf(path), folder, isRecursive),
  };
}

/** The paths of the direct subfolders of the listed folder, sorted and without duplicates. */
export function subDirectories(
  files: readonly BaseSpaceFile[],
  { folder = "" }: FileListRules,
): string[] {
  const start = folder === "" ? "" : `${folder}/`;
  const below = files.filter(({ path }) => path.startsWith(start));
  const names = below.map(({ path }) => path.slice(start.length).split("/"));
  const folders = names.filter((parts) => parts.length > 1).map(([name = ""]) => start + name);
  return [...new Set(folders)].sort();
}

function isExcluded(query: Query, { path, sizeBytes }: BaseSpaceFile): boolean {
  if (isSet(query, "excludesystemfolder") && path.startsWith(".basespace/")) return true;
  return isSet(query, "excludeemptyfiles") && sizeBytes === 0;
}

function isBelowFolder(folder: string, wanted: string, isRecursive: boolean): boolean {
  if (folder === wanted) return true;
  return isRecursive && (wanted === "" || folder.startsWith(`${wanted}/`));
}

function isSet(query: Query, name: string): boolean {
  return query.get(name)?.toLowerCase() === "true";
}

function endsWithOne(path: string, ends: readonly string[]): boolean {
  return ends.some((end) => path.toLowerCase().endsWith(end));
}

function withDot(extension: string): string {
  return extension.startsWith(".") ? extension : `.${extension}`;
}
