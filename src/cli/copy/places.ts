import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { checkRemote, isRemote } from "../remote-path.ts";

/** What a command line asks to copy. */
export interface CpPlan {
  readonly sources: readonly string[];
  readonly target: string;
  readonly isRecursive: boolean;
  /** The target is what the copy is called, also when a folder is there: `-T`. */
  readonly isExact: boolean;
}

/** @throws BsmountError `usage` unless it is from BaseSpace to this machine, or the other way round */
export function checkedPlan(
  places: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
): CpPlan {
  const sources = places.slice(0, -1);
  const target = places.at(-1);
  const example = {
    remedy: "bsmount cp bs:/projects/…/files/x.bam . or: bsmount cp x.bam bs:/projects/…/files/",
  };
  if (target === undefined || sources.length === 0) {
    throw new BsmountError("usage", "cp needs something to copy and a place for it", example);
  }
  if (sources.some((source) => isRemote(source) === isRemote(target))) {
    const problem = "cp copies between BaseSpace (bs:/…) and this machine";
    throw new BsmountError("usage", problem, example);
  }
  checkRemote(places.filter(isRemote));
  const isExact = parsed["targetDirectory"] === false;
  if (isExact && sources.length > 1) {
    throw new BsmountError("usage", "cp -T takes one source: the target is its new name");
  }
  return { sources, target, isRecursive: parsed["recursive"] === true, isExact };
}

/** @throws BsmountError `usage` when several sources would get one name */
export function checkSeveral({ sources, target }: CpPlan, isIntoFolder: boolean): void {
  if (sources.length > 1 && !isIntoFolder) {
    throw new BsmountError("usage", `${target} is not a folder and cannot take several sources`);
  }
}

/** Whether `source` stands for what is in the folder, as with cp(1): it ends in `/.`. */
export function isContents(source: string): boolean {
  return source === "." || source.endsWith("/.");
}

/** Keeps sources of one name from being copied over each other, in whatever order. */
export class TakenNames {
  readonly #taken = new Map<string, string>();

  /** @throws BsmountError `usage` */
  take(name: string, source: string): void {
    const before = this.#taken.get(name);
    if (before === undefined) {
      this.#taken.set(name, source);
      return;
    }
    const problem = `${source} is not copied: ${before} has the name ${name} already`;
    throw new BsmountError("usage", problem, { remedy: "copy it by itself, under another name" });
  }
}

export function localName(source: string): string {
  return basename(resolve(source));
}

export function needsRecursive(path: string): BsmountError {
  return new BsmountError("usage", `${path} is a folder`, { remedy: "give -r to copy folders" });
}

export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
