import type { Property } from "../state/entity.ts";
import { compareTexts } from "../state/order.ts";
import { applicationCompact } from "./application.ts";
import { compactByHref } from "./by-href.ts";
import { userCompact } from "./user.ts";
import type { Json, View } from "./view.ts";

/** Values of one property that a list or container shows; `ItemsTotalCount` tells the truth. */
const SHOWN_ITEMS = 50;

/** The unpaged container inside a full resource. `href` is the resource's own. */
export function propertiesContainer(
  view: View,
  href: string,
  properties: readonly Property[],
): Json {
  const sorted = [...properties].sort((a, b) => compareTexts(a.name, b.name));
  return {
    Items: sorted.map((property) => propertyItem(view, href, property)),
    DisplayedCount: properties.length,
    TotalCount: properties.length,
    Href: `${href}/properties`,
  };
}

/** One property as lists show it. */
export function propertyItem(view: View, href: string, property: Property): Json {
  const own = `${href}/properties/${property.name}`;
  return {
    Type: property.type,
    Href: own,
    Name: property.name,
    Description: property.description,
    ...valueKeys(view, own, property),
  };
}

/** One property on its own path: it also says who changed it, and when. */
export function propertyFull(view: View, href: string, property: Property): Json {
  return {
    ...propertyItem(view, href, property),
    ApplicationModifiedBy: applicationCompact(view, property.applicationId),
    UserModifiedBy: userCompact(view, property.userId),
    DateModified: property.dateModified,
  };
}

/** What `/items` pages through; undefined for a property of one value. */
export function propertyValues(view: View, property: Property): readonly unknown[] | undefined {
  if (!property.type.endsWith("[]")) return undefined;
  if (property.type === "map[]") return property.itemsMap ?? [];
  const items = property.items ?? [];
  if (property.type === "string[]") return items;
  return items.map((href) => compactByHref(view, href)).filter((item) => item !== undefined);
}

function valueKeys(view: View, href: string, property: Property): Json {
  const values = propertyValues(view, property);
  if (values !== undefined) {
    const shown = values.slice(0, SHOWN_ITEMS);
    return {
      Items: shown,
      HrefItems: `${href}/items`,
      ItemsDisplayedCount: shown.length,
      ItemsTotalCount: values.length,
    };
  }
  // Older clients read a map's entries from Items, newer ones from Content.
  if (property.type === "map") {
    const entries = property.contentMap ?? [];
    return { Content: entries, Items: entries };
  }
  if (property.type === "string") return { Content: property.content ?? "" };
  return { Content: compactByHref(view, property.content ?? "") };
}
