import { dirname, join, posix } from "node:path";

/** A file or folder of BaseSpace that is copied, and the path of its copy. */
export interface CopiedRoot {
  /** As `bs:/…`. */
  readonly path: string;
  readonly copy: string;
}

/** The path, as `bs:/…`, to which the link at `path` leads. The links of the tree are relative. */
export function linkTarget(path: string, text: string): string {
  return `bs:${posix.join(posix.dirname(path.slice("bs:".length)), text)}`;
}

/** Whether the copy of a link can be a link with the same text: from `copy` it leads to the copy of its target. */
export function keepsLink(
  link: { readonly path: string; readonly text: string; readonly copy: string },
  roots: readonly CopiedRoot[],
): boolean {
  const target = linkTarget(link.path, link.text);
  const leadsTo = join(dirname(link.copy), link.text);
  return roots.some(
    ({ path, copy }) => isWithin(target, path) && leadsTo === join(copy, target.slice(path.length)),
  );
}

/** Whether `path` is `folder`, or in it; both as `bs:/…`. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
