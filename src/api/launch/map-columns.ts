import type { Property } from "../models/property.ts";
import type { LaunchColumn } from "./launch-property.ts";

const ROW = /\.row\d+$/;

/**
 * The columns of a `map` that is a table, in order; undefined for any other property. Of such a map, the service keeps
 * the names of the cells of each row (`Input.experiments.label.row1`); the cells are properties of their own, whose
 * types are those of the columns.
 */
export function tableColumns(
  property: Property,
  all: ReadonlyMap<string, Property>,
): readonly LaunchColumn[] | undefined {
  const { value } = property;
  if (value.kind !== "map") return undefined;
  const [firstRow] = value.entries;
  if (firstRow === undefined || firstRow.values.length === 0) return undefined;
  if (!firstRow.values.every((cell) => ROW.test(cell))) return undefined;
  return firstRow.values.map((cell) => {
    const full = cell.startsWith("Input.") ? cell : `Input.${cell}`;
    return { name: full.replace(ROW, ""), type: all.get(full)?.type ?? "string" };
  });
}

/** The column to which a cell of this name belongs, if it is the name of a cell. */
export function columnOfCell(name: string): string | undefined {
  return ROW.test(name) ? name.replace(ROW, "") : undefined;
}
