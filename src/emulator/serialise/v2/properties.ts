import type { Property } from "../../state/entity.ts";
import { compactByHref } from "../by-href.ts";
import { type PropertyShapes, propertyShapes } from "../property-shapes.ts";
import { v2ByHref } from "./by-href.ts";
import { userV2 } from "./user.ts";

/** The key of one value by the base of its type; many have `Items` behind it. */
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

/** Properties as v2 shows them: under a key by type. */
export const propertiesV2: PropertyShapes = propertyShapes({
  one: (property, value) => ({ [keyOf(property)]: value }),
  many: (property) => `${keyOf(property)}Items`,
  referred: (view, href) => v2ByHref(view, href) ?? compactByHref(view, href),
  user: userV2,
});

/** The key of a property's values. */
export function keyOf({ type }: Property): string {
  return KEYS[type.replace("[]", "")] ?? "Content";
}
