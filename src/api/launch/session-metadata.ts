import { BsmountError } from "../../core/errors.ts";
import { type AppSession, decodeAppSession } from "../models/app-session.ts";
import { decodeEnvelope } from "../models/envelope.ts";
import type { Property } from "../models/property.ts";
import type { PropertyValue } from "../models/property-types.ts";
import {
  baldType,
  isEntityType,
  isInputName,
  type LaunchProperty,
  type LaunchValue,
  shortNames,
} from "./launch-property.ts";
import { columnOfCell, tableColumns } from "./map-columns.ts";

/** Properties that the service or its forms add, by the last part of their names. */
const ADDED: ReadonlySet<string> = new Set([
  "app-session-name",
  "attributes",
  "columns",
  "num-columns",
  "rowcount",
  "IsMultiNode",
]);

/** In these the service gathers the inputs of a type, by the last part of their names. */
const GATHERED: ReadonlySet<string> = new Set([
  "Samples",
  "Projects",
  "AppResults",
  "Files",
  "Runs",
  "Libraries",
]);

/** The inputs of an app, as a former session had them. */
export interface LaunchInputs {
  /** All inputs, in the session's order. */
  readonly properties: readonly LaunchProperty[];
  /** The values of that session by their short names, of everything but entities and tables. */
  readonly defaults: ReadonlyMap<string, LaunchValue>;
}

/** What a former session says about its app, by which the app can be launched again. */
export class AppSessionMetaData {
  /** The Id of the app; undefined when the session does not say. */
  readonly appId: string | undefined;
  /** The name of the app. */
  readonly appName: string | undefined;
  /** The version of the app, such as `1.2.0`. */
  readonly appVersion: string | undefined;
  /** All properties of the session, as it has them. */
  readonly properties: readonly Property[];

  /**
   * Of a session with all of its properties: `basespace.appSessions.metaData(id)` reads them. One that
   * `basespace.appSessions.get(id)` returned may lack some.
   */
  constructor({ application, properties = [] }: Pick<AppSession, "application" | "properties">) {
    this.appId = application?.id;
    this.appName = application?.name;
    this.appVersion = application?.versionNumber;
    this.properties = properties;
  }

  /**
   * Of a session's JSON, such as `AppSession.json` or a response of the service, with or without its envelope.
   * @throws BsmountError `usage` for JSON of anything else
   */
  static fromJson(json: unknown): AppSessionMetaData {
    try {
      const isEnvelope = typeof json === "object" && json !== null && "Response" in json;
      const session = isEnvelope ? decodeEnvelope(json) : json;
      return new AppSessionMetaData(decodeAppSession(session, ""));
    } catch (cause) {
      throw new BsmountError("usage", "this is not the JSON of an app session", { cause });
    }
  }

  /**
   * The inputs that the session's app takes, and the values that can be used again. What the service adds to a
   * session is left out, and app results where there are files, which belong to them. A `string[]` whose first text
   * comes again at its end loses that one: the service appends it to every list that an app is launched with.
   * @throws BsmountError `usage` when a property lacks some of its values
   */
  launchInputs(): LaunchInputs {
    const all = new Map(this.properties.map((property) => [property.name, property]));
    const found = this.properties
      .filter(({ name }) => isAsked(name))
      .map((property) => {
        const columns = tableColumns(property, all);
        const { name, type } = property;
        return {
          property,
          input: columns === undefined ? { name, type } : { name, type, columns },
        };
      });
    const cells = new Set(
      found.flatMap(({ input }) =>
        ("columns" in input ? input.columns : []).map(({ name }) => name),
      ),
    );
    const kept = withoutResultsOfFiles(
      found.filter(({ input }) => !cells.has(columnOfCell(input.name) ?? "")),
    );
    const names = shortNames(kept.map(({ input }) => input.name));
    const defaults = new Map<string, LaunchValue>();
    for (const { property, input } of kept) {
      const value = "columns" in input ? undefined : defaultOf(property);
      if (value !== undefined) defaults.set(names.get(input.name) ?? input.name, value);
    }
    return { properties: kept.map(({ input }) => input), defaults };
  }
}

function isAsked(name: string): boolean {
  const last = name.split(".").at(-1) ?? "";
  return isInputName(name) && !ADDED.has(last) && !GATHERED.has(last);
}

function withoutResultsOfFiles<Found extends { readonly input: LaunchProperty }>(
  found: readonly Found[],
): readonly Found[] {
  const hasFile = found.some(({ input }) => baldType(input.type) === "file");
  return hasFile ? found.filter(({ input }) => baldType(input.type) !== "appresult") : found;
}

function defaultOf(property: Property): LaunchValue | undefined {
  if (isEntityType(baldType(property.type))) return undefined;
  checkWhole(property);
  const { value } = property;
  return DEFAULTS[value.kind](value as never);
}

const DEFAULTS: {
  readonly [Kind in PropertyValue["kind"]]: (
    value: Extract<PropertyValue, { kind: Kind }>,
  ) => LaunchValue | undefined;
} = {
  text: ({ text }) => text,
  texts: ({ texts }) => withoutFirstAgain(texts),
  entity: () => undefined,
  entities: () => undefined,
  map: ({ entries }) => ({ entries }),
  maps: ({ maps }) => ({ maps }),
  other: ({ value }) => (typeof value === "string" ? value : undefined),
};

function withoutFirstAgain(texts: readonly string[]): readonly string[] {
  return texts.length > 1 && texts.at(-1) === texts[0] ? texts.slice(0, -1) : texts;
}

/** A list inside a session is cut, so that its last text is not the one that the service appended. */
function checkWhole({ name, value, itemsTotalCount = 0 }: Property): void {
  const shown = value.kind === "texts" ? value.texts : value.kind === "maps" ? value.maps : [];
  if (shown.length === 0 || itemsTotalCount <= shown.length) return;
  throw new BsmountError(
    "usage",
    `${name} has ${itemsTotalCount} values, of which the session shows ${shown.length}`,
    { remedy: "basespace.appSessions.metaData(id) reads all of them" },
  );
}
