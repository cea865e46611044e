import { dirname, join, posix } from "node:path";

/** Something of BaseSpace and where its copy is, with everything in it. */
export interface CopiedRoot {
  /** As `bs:/…`. */
  readonly path: string;
  readonly place: string;
}

/** Where a link with the path `path` leads, as `bs:/…`. The links of the tree are relative. */
export function linkTarget(path: string, text: string): string {
  return `bs:${posix.join(posix.dirname(path.slice("bs:".length)), text)}`;
}

/** Whether a link may stay one at `place`: it leads there to the copy of what it leads to in BaseSpace. */
export function staysLink(
  link: { readonly path: string; readonly text: string; readonly place: string },
  roots: readonly CopiedRoot[],
): boolean {
  const target = linkTarget(link.path, link.text);
  const leadsTo = join(dirname(link.place), link.text);
  return roots.some(
    ({ path, place }) =>
      isWithin(target, path) && leadsTo === join(place, target.slice(path.length)),
  );
}

/** Whether `path` is `folder`, or in it; both as `bs:/…`. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
