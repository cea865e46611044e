import type { CatalogProperty } from "../../catalog/schema.ts";
import { parseHref } from "../../text/hrefs.ts";
import { defined, elementsOf, type Facts, isObject, text, texts } from "./facts.ts";
import type { Noun, RecordedEntities } from "./recorded-entities.ts";

type MapEntry = { readonly Key: string; readonly Values: readonly string[] };

/** The properties of an entity as a catalog has them; `more` are added unless they were recorded. */
export function propertiesOf(
  entities: RecordedEntities,
  noun: Noun,
  id: string,
  more: readonly CatalogProperty[] = [],
): readonly CatalogProperty[] {
  const recorded = [...entities.propertiesOf(noun, id)].map(([name, facts]) =>
    catalogProperty(name, facts),
  );
  const names = new Set(recorded.map(({ name }) => name));
  return [...recorded, ...more.filter(({ name }) => !names.has(name))];
}

/** A property of entities; undefined without values. */
export function referencesProperty(
  name: string,
  type: string,
  hrefs: readonly string[],
): readonly CatalogProperty[] {
  return hrefs.length === 0 ? [] : [{ name, type: `${type}[]`, items: hrefs }];
}

function catalogProperty(name: string, facts: Facts): CatalogProperty {
  const type = text(facts, "Type") ?? "string";
  return {
    name,
    type,
    ...defined({ description: text(facts, "Description") }),
    ...value(type, facts),
  };
}

/** v1 has the values in Content or Items, v2 under a key that depends on the type. */
function value(type: string, facts: Facts): Partial<CatalogProperty> {
  const [content, items] = [facts["ContentMap"] ?? facts["Content"], facts["Items"]];
  switch (type.toLowerCase()) {
    case "string":
      return { content: typeof content === "string" ? content : "" };
    case "map":
      return { contentMap: mapEntries(content) };
    case "string[]":
      return { items: texts(items ?? facts["ContentItems"]) };
    case "map[]":
      return { itemsMap: elementsOf(items ?? facts["ContentMapItems"]).map(mapEntries) };
    default:
      return references(type, hrefsOf(facts));
  }
}

function references(type: string, hrefs: readonly string[]): Partial<CatalogProperty> {
  return type.endsWith("[]") ? { items: hrefs } : { content: hrefs[0] ?? "" };
}

function mapEntries(entries: unknown): MapEntry[] {
  return elementsOf(entries)
    .filter((entry) => isObject(entry))
    .map((entry) => ({ Key: text(entry, "Key") ?? "", Values: texts(entry["Values"]) }));
}

/** The Hrefs of the entities that a property has: of its objects, and of those in its lists. */
function hrefsOf(facts: Facts): readonly string[] {
  return Object.values(facts)
    .flatMap((each) => (Array.isArray(each) ? (each as readonly unknown[]) : [each]))
    .filter((each) => isObject(each))
    .map((entity) => withoutHost(text(entity, "Href") ?? ""))
    .filter((href) => href !== "");
}

function withoutHost(href: string): string {
  const target = parseHref(href);
  const version = /(?:^|\/)(v1pre3|v2)\//.exec(href)?.[1];
  return target === undefined || version === undefined
    ? ""
    : `${version}/${target.noun}/${target.id}`;
}
