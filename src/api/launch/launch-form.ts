import { BsmountError } from "../../core/errors.ts";
import { type EntityType, type MapEntry, V2_ENTITY_TYPES } from "../models/property-types.ts";
import type { Raw } from "../models/raw.ts";
import { NOUNS, type NewProperty, propertiesBody } from "../resources/new-property.ts";
import {
  baldType,
  isEntityType,
  type LaunchProperty,
  type LaunchValue,
} from "./launch-property.ts";

/** The JSON by which the service launches an app, as Illumina's SDK for Python writes it. */
export interface LaunchForm {
  /** The name of the new session. */
  readonly Name: string;
  /** A sentence for users. */
  readonly StatusSummary: string;
  /** Whether the app starts at once. */
  readonly AutoStart: boolean;
  /** The machine that runs the app, for apps that run on the user's own machines. */
  readonly AgentId?: string;
  /** The inputs. */
  readonly Properties: readonly Raw[];
}

/** How a {@link LaunchForm} is made. */
export interface LaunchFormOptions {
  /** The name of the new session. */
  readonly name: string;
  /** What is said of every sample, by name: the app gets it as `Input.<name>`. Default: nothing. */
  readonly sampleAttributes?: Readonly<Record<string, string>>;
  /** See {@link LaunchForm}. Default: none. */
  readonly agentId?: string;
  /** Default `AutoLaunch`. */
  readonly statusSummary?: string;
  /** The version of the API in the Hrefs of entities. Default `v1pre3`. */
  readonly apiVersion?: "v1pre3" | "v2";
  /** The key of the values of a `map[]`. Default `items`; newer forms have `itemsmap`. */
  readonly mapsKey?: "items" | "itemsmap";
}

/** The names that the launcher has for keys, which are not those of the service's other properties. */
const KEYS: Readonly<Record<string, string>> = { Items: "items" };

/** The version of the API in which apps are launched. */
export const V1 = "v1pre3";

const EMPTY: ReadonlySet<string> = new Set(["Description"]);

/**
 * The form that launches an app with these values, by the full names of the inputs. All inputs must have one.
 * @throws BsmountError `usage` for a value that does not fit its input, or that exceeds a documented limit
 */
export function launchForm(
  inputs: readonly (readonly [LaunchProperty, string, LaunchValue])[],
  options: LaunchFormOptions,
): LaunchForm {
  const {
    name,
    agentId,
    statusSummary = "AutoLaunch",
    mapsKey = "items",
    apiVersion = V1,
  } = options;
  const rows: NewProperty[] = [];
  const values: NewProperty[] = [];
  for (const [property, short, value] of inputs) {
    if (property.columns === undefined) values.push(newProperty(property, value, apiVersion));
    else rows.push(...cellProperties(property, short, { rows: value, apiVersion }));
  }
  const attributes = inputs.flatMap(([property, , value]) =>
    attributesOf(property, value, { attributes: options.sampleAttributes ?? {}, apiVersion }),
  );
  const { Properties } = propertiesBody([...values, ...rows, ...attributes]);
  return {
    Name: name,
    StatusSummary: statusSummary,
    AutoStart: true,
    ...(agentId === undefined || agentId === "" ? {} : { AgentId: agentId }),
    Properties: Properties.map((property) => renamed(property, mapsKey)),
  };
}

function renamed(property: Raw, mapsKey: string): Raw {
  const entries = Object.entries(property).filter(([key]) => !EMPTY.has(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key === "ItemsMap" ? mapsKey : (KEYS[key] ?? key), value]),
  );
}

/** Types that do not fit here are refused by {@link propertiesBody}. */
function newProperty(
  { name, type }: LaunchProperty,
  value: LaunchValue,
  apiVersion: string,
): NewProperty {
  if (typeof value === "object" && "entries" in value && !Array.isArray(value)) {
    return { name, type, entries: value.entries } as NewProperty;
  }
  if (typeof value === "object" && "maps" in value) {
    return { name, type, maps: value.maps } as NewProperty;
  }
  const bald = baldType(type);
  const write = (each: unknown): unknown =>
    isEntityType(bald) ? entityHref(bald, each, { name, apiVersion }) : each;
  if (!Array.isArray(value)) return { name, type, content: write(value) } as NewProperty;
  return { name, type, items: value.map((each: unknown) => write(each)) } as NewProperty;
}

/** `v1pre3/samples/12`; of a type that only version 2 has, `v2/biosamples/12`. */
function entityHref(
  type: EntityType,
  id: unknown,
  { name, apiVersion }: { readonly name: string; readonly apiVersion: string },
): string {
  if (typeof id !== "string" || !/^[\w.-]+$/.test(id)) {
    const shown = (JSON.stringify(id) ?? String(id)).slice(0, 100);
    throw new BsmountError("usage", `${name} is ${shown}, but must be the Id of a ${type}`);
  }
  const isV2 = (V2_ENTITY_TYPES as readonly string[]).includes(type);
  return `${isV2 ? "v2" : apiVersion}/${NOUNS[type]}/${id}`;
}

/** A property for each cell of a table, and the number of its rows. */
function cellProperties(
  { name, columns = [] }: LaunchProperty,
  short: string,
  value: { readonly rows: LaunchValue; readonly apiVersion: string },
): readonly NewProperty[] {
  const rows: readonly unknown[] = Array.isArray(value.rows) ? value.rows : [];
  const cells = rows.flatMap((row, at) => {
    if (!Array.isArray(row) || row.length !== columns.length) {
      const titles = columns.map((column) => column.name).join(", ");
      throw new BsmountError(
        "usage",
        `row ${at + 1} of ${name} must have ${columns.length} cells`,
        {
          remedy: `the columns are ${titles}`,
        },
      );
    }
    return columns.map(({ name: column, type }, cell) =>
      newProperty({ name: `${column}.row${at + 1}`, type }, row[cell] as string, value.apiVersion),
    );
  });
  const count = String(rows.length);
  return [...cells, { type: "string", name: `${short}.rowcount`, content: count }];
}

interface AttributeOptions {
  readonly attributes: Readonly<Record<string, string>>;
  readonly apiVersion: string;
}

/** What is said of the samples of an input, as a property beside it. */
function attributesOf(
  property: LaunchProperty,
  value: LaunchValue,
  { attributes, apiVersion }: AttributeOptions,
): readonly NewProperty[] {
  const isOfSamples = baldType(property.type) === "sample";
  if (!isOfSamples || Object.keys(attributes).length === 0) return [];
  const ids = typeof value === "string" ? [value] : (value as readonly string[]);
  const field = property.name.replace(/^Input\./, "");
  const maps = ids.map((id) => sampleAttributes(id, field, { attributes, apiVersion }));
  return [{ type: "map[]", name: `${property.name}.attributes`, maps }];
}

/**
 * What a form says of one sample: by which input it comes, what it is, and `attributes` as `Input.<name>`.
 * @throws BsmountError `usage` for what is no Id
 */
export function sampleAttributes(
  id: string,
  field: string,
  { attributes, apiVersion }: AttributeOptions,
): readonly MapEntry[] {
  return [
    { key: "FieldId", values: [field] },
    { key: "ResourceType", values: ["sample"] },
    { key: "ResourceId", values: [id] },
    { key: "ResourceHref", values: [entityHref("sample", id, { name: field, apiVersion })] },
    ...Object.entries(attributes).map(([name, value]) => ({
      key: `Input.${name}`,
      values: [value],
    })),
  ];
}
