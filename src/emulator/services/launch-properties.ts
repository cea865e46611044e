import type { PropertyMapEntry } from "../state/entity.ts";
import { parseHref } from "../text/hrefs.ts";
import type { NewProperty } from "./properties/parse.ts";

/** The property in which the launcher gathers the inputs of a type. */
const GATHERED: Readonly<Record<string, string>> = {
  sample: "Input.Samples",
  project: "Input.Projects",
  appresult: "Input.AppResults",
  file: "Input.Files",
};

const INPUT = /^Input\.[^.]+$/;
/** A cell of a table among the inputs. */
const CELL = /^Input\..+\.row\d+$/;

/**
 * The properties of a launched session: those of the form, its name, the samples, projects, app results and files
 * of all inputs and of the cells of tables, gathered by type, and the `.attributes` of each such input. A property of the form is never
 * replaced. As in the service, a list of texts has its first text again at its end.
 */
export function launchedProperties(
  sessionName: string,
  form: readonly NewProperty[],
): NewProperty[] {
  const inputs = form.filter(({ name }) => INPUT.test(name));
  const cells = form.filter(({ name }) => CELL.test(name));
  const added = [
    { type: "string", name: "Input.app-session-name", description: "", content: sessionName },
    ...gatheredByType([...inputs, ...cells]),
    ...inputs.flatMap(attributes),
  ];
  const names = new Set(form.map(({ name }) => name));
  return [...form.map(withFirstAgain), ...added.filter(({ name }) => !names.has(name))];
}

function withFirstAgain(property: NewProperty): NewProperty {
  const { type, items = [] } = property;
  return type === "string[]" ? { ...property, items: [...items, ...items.slice(0, 1)] } : property;
}

function gatheredByType(inputs: readonly NewProperty[]): NewProperty[] {
  return Object.entries(GATHERED).flatMap(([base, name]) => {
    const values = inputs.filter(({ type }) => baseOf(type) === base).flatMap(hrefsOf);
    const items = [...new Set(values)];
    return items.length === 0 ? [] : [{ type: `${base}[]`, name, description: "", items }];
  });
}

function attributes(input: NewProperty): NewProperty[] {
  const base = baseOf(input.type);
  if (GATHERED[base] === undefined) return [];
  const field = input.name.replace(/^Input\./, "");
  const itemsMap = hrefsOf(input).map((href): PropertyMapEntry[] => [
    { Key: "FieldId", Values: [field] },
    { Key: "ResourceType", Values: [base] },
    { Key: "ResourceId", Values: [parseHref(href)?.id ?? ""] },
    { Key: "ResourceHref", Values: [href] },
  ]);
  return [{ type: "map[]", name: `${input.name}.attributes`, description: "", itemsMap }];
}

function baseOf(type: string): string {
  return type.replace("[]", "");
}

function hrefsOf({ type, content, items = [] }: NewProperty): readonly string[] {
  if (type.endsWith("[]")) return items;
  return content === undefined ? [] : [content];
}
