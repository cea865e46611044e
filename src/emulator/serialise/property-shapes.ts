import type { Property } from "../state/entity.ts";
import { compareNames } from "../text/compare-names.ts";
import { applicationCompact } from "./application.ts";
import type { Json, View } from "./view.ts";

/** Values of one property that a list or container shows; `ItemsTotalCount` tells the truth. */
const SHOWN_ITEMS = 50;

/** What v1 and v2 write differently about a property. */
export interface PropertyForm {
  /** The keys of its one value: a text, the entries of a map, or the compact form of what it names. */
  readonly one: (property: Property, value: unknown) => Json;
  /** The key of its many values. */
  readonly many: (property: Property) => string;
  /** What an Href names; undefined when there is no such thing. */
  readonly referred: (view: View, href: string) => Json | undefined;
  readonly user: (view: View, userId: string) => Json;
}

/** The places that properties are shown in. `href` is that of what carries them. */
export interface PropertyShapes {
  /** The unpaged container inside a resource. */
  readonly container: (view: View, href: string, properties: readonly Property[]) => Json;
  /** One property as lists show it. */
  readonly item: (view: View, href: string, property: Property) => Json;
  /** One property on its own path: it also says who changed it, and when. */
  readonly full: (view: View, href: string, property: Property) => Json;
  /** What `/items` pages through; undefined for a property of one value. */
  readonly values: (view: View, property: Property) => readonly unknown[] | undefined;
}

export function propertyShapes(form: PropertyForm): PropertyShapes {
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

/** `href` is the property's own. */
function itemOf(form: PropertyForm, view: View, href: string, property: Property): Json {
  const { type, name, description } = property;
  const common = { Type: type, Href: href, Name: name, Description: description };
  const values = valuesOf(form, view, property);
  if (values === undefined) {
    return { ...common, ...form.one(property, valueOf(form, view, property)) };
  }
  const shown = values.slice(0, SHOWN_ITEMS);
  return {
    ...common,
    [form.many(property)]: shown,
    HrefItems: `${href}/items`,
    ItemsDisplayedCount: shown.length,
    ItemsTotalCount: values.length,
  };
}

function valueOf(form: PropertyForm, view: View, property: Property): unknown {
  const { type, content = "", contentMap = [] } = property;
  if (type === "map") return contentMap;
  return type === "string" ? content : form.referred(view, content);
}

function valuesOf(
  form: PropertyForm,
  view: View,
  { type, items = [], itemsMap = [] }: Property,
): readonly unknown[] | undefined {
  if (!type.endsWith("[]")) return undefined;
  if (type === "map[]") return itemsMap;
  if (type === "string[]") return items;
  return items.map((href) => form.referred(view, href)).filter((found) => found !== undefined);
}
