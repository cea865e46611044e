import type { Property } from "../../state/entity.ts";
import { compactByHref } from "../by-href.ts";
import { type PropertySerialisers, propertySerialisers } from "../property-shapes.ts";
import { resourceByHrefV2 } from "./by-href.ts";
import { userV2 } from "./user.ts";

/** The key of a single value by the base of its type; the key of several values ends in `Items`. */
const KEYS: Readonly<Record<string, string>> = {
  string: "Content",
  map: "ContentMap",
  project: "Project",
  sample: "Sample",
  appresult: "AppResult",
  run: "Run",
  file: "File",
  appsession: "AppSession",
  library: "SampleLibrary",
  biosample: "BioSample",
  dataset: "Dataset",
  application: "Application",
  user: "User",
};

/** Serialises properties for v2, whose key depends on the type. */
export const propertiesV2: PropertySerialisers = propertySerialisers({
  singleValue: (property, value) => ({ [valueKey(property)]: value }),
  manyValuesKey: (property) => `${valueKey(property)}Items`,
  resolveHref: (view, href) => resourceByHrefV2(view, href) ?? compactByHref(view, href),
  user: userV2,
});

/** The key of a property's values. */
export function valueKey({ type }: Property): string {
  return KEYS[type.replace("[]", "")] ?? "Content";
}
