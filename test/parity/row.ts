import type { World } from "./world.ts";

/** One method of BaseSpacePy, and what takes its place here. */
export interface Row {
  /** `Class.method`. */
  readonly python: string;
  /** As one writes it; in the page for users of BaseSpacePy. */
  readonly bsmount: string;
  /** Does it for real against the local BaseSpace. Absent for what comes later. */
  readonly test?: (world: World) => Promise<void>;
}

export function row(python: string, bsmount: string, test: Required<Row>["test"]): Row {
  return { python, bsmount, test };
}

/** What a later version takes. */
export function later(python: string): Row {
  return { python, bsmount: "later" };
}

/** The same for several methods. */
export function rows(
  pythons: readonly string[],
  bsmount: string,
  test: Required<Row>["test"],
): readonly Row[] {
  return pythons.map((python) => row(python, bsmount, test));
}
