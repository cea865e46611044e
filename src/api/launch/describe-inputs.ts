import type { MapEntry } from "../models/property-types.ts";
import type { LaunchProperty, LaunchValue } from "./launch-property.ts";

/** `sample-id (sample[])`; of a table also the types of its columns: `experiments (map[appresult,string])`. */
export function describeInput(short: string, { type, columns }: LaunchProperty): string {
  const types = columns?.map((column) => column.type).join(",");
  return `${short} (${type}${types === undefined ? "" : `[${types}]`})`;
}

/** A value on one line, as an argument of a command is written: items by commas, rows by `::`. */
export function describeValue(value: LaunchValue): string {
  if (typeof value === "string") return value;
  if ("maps" in value) return value.maps.map(describeMap).join("::");
  if (!Array.isArray(value))
    return describeMap((value as { entries: readonly MapEntry[] }).entries);
  const items = value as readonly (string | readonly string[])[];
  const isTable = items.some((item) => Array.isArray(item));
  return items
    .map((item) => (typeof item === "string" ? item : item.join(",")))
    .join(isTable ? "::" : ",");
}

function describeMap(entries: readonly MapEntry[]): string {
  return entries.map(({ key, values }) => `${key}=${values.join("|")}`).join(",");
}
