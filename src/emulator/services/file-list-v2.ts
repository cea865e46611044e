import type { Query } from "../http/query.ts";
import type { BaseSpaceFile } from "../state/entities.ts";
import { folderOf } from "../text/paths.ts";

export interface FileListRules {
  /** The folder that is listed, without slashes at its ends; undefined for all files wherever they lie. */
  readonly folder: string | undefined;
  /** Whether what lies deeper than the folder is listed too. */
  readonly isDeep: boolean;
  /** Whether the list may have the file at all. */
  readonly shows: (file: BaseSpaceFile) => boolean;
  /** Whether it lies where the query looks. */
  readonly isHere: (file: BaseSpaceFile) => boolean;
}

/** What the query of a v2 file list asks for. Folders that index VCFs and BAMs do not exist here. */
export function fileListRules(query: Query): FileListRules {
  const directory = query.get("directory") || undefined;
  const folder = directory?.replace(/^\/+|\/+$/g, "");
  const isDeep = isSet(query, "includesubdirectories") || isSet(query, "recursive");
  const extensions = query.list("extensions").map(withDot);
  const excluded = query.list("excludeextensions").map(withDot);
  const prefix = (query.get("pathprefix") ?? "").replace(/^\/+/, "");
  const statuses = query.list("statuses");
  return {
    folder,
    isDeep,
    shows: (file) =>
      file.removed !== true &&
      (statuses.length === 0 ? ["complete"] : statuses).includes(file.uploadStatus) &&
      file.path.startsWith(prefix) &&
      (extensions.length === 0 || endsWithOne(file.path, extensions)) &&
      !endsWithOne(file.path, excluded) &&
      !isLeftOut(query, file),
    isHere: ({ path }) => folder === undefined || isIn(folderOf(path), folder, isDeep),
  };
}

/** Paths of the folders right in the listed one, each once, in order. */
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

function isLeftOut(query: Query, { path, sizeBytes }: BaseSpaceFile): boolean {
  if (isSet(query, "excludesystemfolder") && path.startsWith(".basespace/")) return true;
  return isSet(query, "excludeemptyfiles") && sizeBytes === 0;
}

function isIn(folder: string, wanted: string, isDeep: boolean): boolean {
  if (folder === wanted) return true;
  return isDeep && (wanted === "" || folder.startsWith(`${wanted}/`));
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
