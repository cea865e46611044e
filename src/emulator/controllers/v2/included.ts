import type { Query } from "../../http/query.ts";
import { v2Href } from "../../serialise/v2/href.ts";
import { propertiesV2 } from "../../serialise/v2/properties.ts";
import type { Json, View } from "../../serialise/view.ts";
import type { PropertyNoun } from "../../state/entities.ts";
import type { Property } from "../../state/entity.ts";

/** With `include=properties` the entity's properties, or those that `propertyfilters` names; else undefined. */
export function includedProperties(
  view: View,
  query: Query,
  noun: PropertyNoun,
  { id, properties }: { readonly id: string; readonly properties: readonly Property[] },
): Json | undefined {
  if (!query.list("include").includes("properties")) return undefined;
  const shown = properties.filter(({ name }) => query.allows("propertyFilters", name));
  return propertiesV2.container(view, v2Href(view, noun, id), shown);
}

/** The same as keys to add to the entity's JSON. */
export function includedKeys(...args: Parameters<typeof includedProperties>): Json {
  const properties = includedProperties(...args);
  return properties === undefined ? {} : { Properties: properties };
}
