import type { Property } from "../state/entity.ts";
import { compareNames } from "../text/compare-names.ts";
import { applicationCompact } from "./application.ts";
import type { Json, View } from "./view.ts";

/** How many values of a property a list or container shows; `ItemsTotalCount` counts all of them. */
const SHOWN_ITEMS = 50;

/** Where v1 and v2 differ in how they write a property. */
export interface PropertyFormat {
  /** The keys for a single value: a text, the entries of a map, or the compact form of the entity that it names. */
  readonly singleValue: (property: Property, value: unknown) => Json;
  /** The key for several values. */
  readonly manyValuesKey: (property: Property) => string;
  /** The form of the entity that an Href names; undefined if there is none. */
  readonly resolveHref: (view: View, href: string) => Json | undefined;
  readonly user: (view: View, userId: string) => Json;
}

/** The forms in which properties are shown. `href` is that of the entity that has them. */
export interface PropertySerialisers {
  /** The unpaged container inside a resource. */
  readonly container: (view: View, href: string, properties: readonly Property[]) => Json;
  /** One property as lists show it. */
  readonly item: (view: View, href: string, property: Property) => Json;
  /** One property on its own path, which also shows who changed it and when. */
  readonly full: (view: View, href: string, property: Property) => Json;
  /** The values that `/items` lists; undefined for a property of a single value. */
  readonly values: (view: View, property: Property) => readonly unknown[] | undefined;
}

export function propertySerialisers(form: PropertyFormat): PropertySerialisers {
  const item = (view: View, href: string, property: Property): Json =>
    itemOf(form, view, `${href}/properties/${property.name}`, property);
  return {
    item,
    container: (view, href, properties) => ({
      Items: properties
        .toSorted((a, b) => compareNames(a.name, b.name))
        .map((property) => item(view, href, property)),
      DisplayedCount: properties.length,
      TotalCount: properties.length,
      Href: `${href}/properties`,
    }),
    full: (view, href, property) => ({
      ...item(view, href, property),
      ApplicationModifiedBy: applicationCompact(view, property.applicationId),
      UserModifiedBy: form.user(view, property.userId),
      DateModified: property.dateModified,
    }),
    values: (view, property) => valuesOf(form, view, property),
  };
}

/** `href` is that of the property. */
function itemOf(form: PropertyFormat, view: View, href: string, property: Property): Json {
  const { type, name, description } = property;
  const common = { Type: type, Href: href, Name: name, Description: description };
  const values = valuesOf(form, view, property);
  if (values === undefined) {
    return { ...common, ...form.singleValue(property, valueOf(form, view, property)) };
  }
  const shown = values.slice(0, SHOWN_ITEMS);
  return {
    ...common,
    [form.manyValuesKey(property)]: shown,
    HrefItems: `${href}/items`,
    ItemsDisplayedCount: shown.length,
    ItemsTotalCount: values.length,
  };
}

function valueOf(form: PropertyFormat, view: View, property: Property): unknown {
  const { type, content = "", contentMap = [] } = property;
  if (type === "map") return contentMap;
  return type === "string" ? content : form.resolveHref(view, content);
}

function valuesOf(
  form: PropertyFormat,
  view: View,
  { type, items = [], itemsMap = [] }: Property,
): readonly unknown[] | undefined {
  if (!type.endsWith("[]")) return undefined;
  if (type === "map[]") return itemsMap;
  if (type === "string[]") return items;
  return items.map((href) => form.resolveHref(view, href)).filter((found) => found !== undefined);
}
