import type { Query } from "../../http/query.ts";
import { v2Href } from "../../serialise/v2/href.ts";
import { propertiesV2 } from "../../serialise/v2/properties.ts";
import type { Json, View } from "../../serialise/view.ts";
import type { PropertyNoun } from "../../state/entities.ts";
import type { Property } from "../../state/entity.ts";

/** With `include=properties` those of the thing, or the ones that `propertyfilters` names. */
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

/** The same as keys that join those of the thing. */
export function included(...args: Parameters<typeof includedProperties>): Json {
  const properties = includedProperties(...args);
  return properties === undefined ? {} : { Properties: properties };
}
