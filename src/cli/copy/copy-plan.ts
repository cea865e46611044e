import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { checkRemote, isRemote } from "../remote-path.ts";

/** The arguments of a `cp`, checked. */
export interface CopyPlan {
  readonly sources: readonly string[];
  readonly target: string;
  readonly isRecursive: boolean;
  /** The target is the name of the copy, even when it is a folder: `-T`. */
  readonly isExact: boolean;
}

/** The flags of `cp` that decide what is copied where. */
export interface CopyFlags {
  readonly recursive?: true;
  /** False with `-T`. */
  readonly targetDirectory: boolean;
}

/** @throws BsmountError `usage` unless it copies from BaseSpace to this machine, or the other way round */
export function parseCopyPlan(paths: readonly string[], flags: CopyFlags): CopyPlan {
  const sources = paths.slice(0, -1);
  const target = paths.at(-1);
  const example = {
    remedy: "bsmount cp bs:/projects/…/files/x.bam . or: bsmount cp x.bam bs:/projects/…/files/",
  };
  if (target === undefined || sources.length === 0) {
    throw new BsmountError("usage", "cp needs a source and a destination", example);
  }
  if (sources.some((source) => isRemote(source) === isRemote(target))) {
    const problem = "cp copies between BaseSpace (bs:/…) and this machine";
    throw new BsmountError("usage", problem, example);
  }
  checkRemote(paths.filter(isRemote));
  const isExact = !flags.targetDirectory;
  if (isExact && sources.length > 1) {
    throw new BsmountError("usage", "cp -T takes one source: the destination is its new name");
  }
  return { sources, target, isRecursive: flags.recursive === true, isExact };
}

/** @throws BsmountError `usage` when several sources would get the same name */
export function checkSources({ sources, target }: CopyPlan, isIntoFolder: boolean): void {
  if (sources.length > 1 && !isIntoFolder) {
    throw new BsmountError("usage", `${target} is not a folder and cannot take several sources`);
  }
}

/** Whether `source` means the contents of a folder, as with cp(1): it ends in `/.`. */
export function isFolderContents(source: string): boolean {
  return source === "." || source.endsWith("/.");
}

/** The names that copies got in the destination folder, so that two sources of one name do not overwrite each other. */
export class UsedNames {
  readonly #taken = new Map<string, string>();

  /** @throws BsmountError `usage` */
  take(name: string, source: string): void {
    const before = this.#taken.get(name);
    if (before === undefined) {
      this.#taken.set(name, source);
      return;
    }
    const problem = `${source} is not copied: ${before} already has the name ${name}`;
    throw new BsmountError("usage", problem, { remedy: "copy it by itself, under another name" });
  }
}

export function localName(source: string): string {
  return basename(resolve(source));
}

export function recursiveRequiredError(path: string): BsmountError {
  return new BsmountError("usage", `${path} is a folder`, { remedy: "give -r to copy folders" });
}

export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
