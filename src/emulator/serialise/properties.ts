import { compactByHref } from "./by-href.ts";
import { type PropertyShapes, propertyShapes } from "./property-shapes.ts";
import { userCompact } from "./user.ts";

/** Properties as v1 shows them. */
export const propertiesV1: PropertyShapes = propertyShapes({
  // Older clients read a map's entries from Items, newer ones from Content.
  one: ({ type }, value) =>
    type === "map" ? { Content: value, Items: value } : { Content: value },
  many: () => "Items",
  referred: compactByHref,
  user: userCompact,
});
