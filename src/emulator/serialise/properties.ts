import { compactByHref } from "./by-href.ts";
import { type PropertySerialisers, propertySerialisers } from "./property-shapes.ts";
import { userCompact } from "./user.ts";

/** Serialises properties for v1. */
export const propertiesV1: PropertySerialisers = propertySerialisers({
  // Older clients read the entries of a map from Items, newer ones from Content.
  singleValue: ({ type }, value) =>
    type === "map" ? { Content: value, Items: value } : { Content: value },
  manyValuesKey: () => "Items",
  resolveHref: compactByHref,
  user: userCompact,
});
