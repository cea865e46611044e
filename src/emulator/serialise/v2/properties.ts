import type { Property } from "../../state/entity.ts";
import { compareTexts } from "../../state/order.ts";
import { applicationCompact } from "../application.ts";
import { compactByHref } from "../by-href.ts";
import type { Json, View } from "../view.ts";
import { v2ByHref } from "./by-href.ts";
import { userV2 } from "./user.ts";

/** Values of one property that a list or container shows; `ItemsTotalCount` tells the truth. */
const SHOWN_ITEMS = 50;

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

export function propertiesContainerV2(
  view: View,
  href: string,
  properties: readonly Property[],
): Json {
  const sorted = [...properties].sort((a, b) => compareTexts(a.name, b.name));
  return {
    Items: sorted.map((property) => propertyItemV2(view, href, property)),
    DisplayedCount: properties.length,
    TotalCount: properties.length,
    Href: `${href}/properties`,
  };
}

/** One property as lists show it; `href` is that of what carries it. */
export function propertyItemV2(view: View, href: string, property: Property): Json {
  const own = `${href}/properties/${property.name}`;
  return {
    Type: property.type,
    Href: own,
    Name: property.name,
    Description: property.description,
    ...valueKeys(view, own, property),
  };
}

export function propertyFullV2(view: View, href: string, property: Property): Json {
  return {
    ...propertyItemV2(view, href, property),
    ApplicationModifiedBy: applicationCompact(view, property.applicationId),
    UserModifiedBy: userV2(view, property.userId),
    DateModified: property.dateModified,
  };
}

/** What `/items` pages through, each under the key of its type; undefined for a property of one value. */
export function propertyEntriesV2(view: View, property: Property): Json[] | undefined {
  return valuesOf(view, property)?.map((value) => ({ [keyOf(property)]: value }));
}

function valueKeys(view: View, href: string, property: Property): Json {
  const values = valuesOf(view, property);
  if (values === undefined) return { [keyOf(property)]: valueOf(view, property) };
  const shown = values.slice(0, SHOWN_ITEMS);
  return {
    [`${keyOf(property)}Items`]: shown,
    HrefItems: `${href}/items`,
    ItemsDisplayedCount: shown.length,
    ItemsTotalCount: values.length,
  };
}

function keyOf({ type }: Property): string {
  return KEYS[type.replace("[]", "")] ?? "Content";
}

function valueOf(view: View, { type, content = "", contentMap = [] }: Property): unknown {
  if (type === "map") return contentMap;
  return type === "string" ? content : referred(view, content);
}

function valuesOf(view: View, property: Property): readonly unknown[] | undefined {
  const { type, items = [], itemsMap = [] } = property;
  if (!type.endsWith("[]")) return undefined;
  if (type === "map[]") return itemsMap;
  if (type === "string[]") return items;
  return items.map((href) => referred(view, href)).filter((item) => item !== undefined);
}

function referred(view: View, href: string): Json | undefined {
  return v2ByHref(view, href) ?? compactByHref(view, href);
}
