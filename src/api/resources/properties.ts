import { BsmountError } from "../../core/errors.ts";
import { segment } from "../transport/address.ts";
import {
  decodeProperties,
  decodeProperty,
  propertyItemDecoder,
} from "../models/decode-property.ts";
import { type NewProperty, propertiesBody } from "./new-property.ts";
import { List } from "../paging/list.ts";
import type { Property, PropertyItem } from "../models/property.ts";
import { type ApiVersion, PREFIX, type ResourceClient, resourceOf } from "./version-client.ts";
import { reasonOf } from "../../core/errors.ts";
import type { CallOptions, Query } from "../transport/rest.ts";
import type { FindEffect } from "../transport/idempotency.ts";

const V1_RESOURCES = ["projects", "samples", "appresults", "runs", "appsessions", "files"] as const;

const V2_RESOURCES = [
  "datasets",
  "biosamples",
  "libraries",
  "librarypools",
  "subjects",
  "users",
] as const;

/** What has properties. Those of files can be read and not set; those of users are one's own only. */
export interface PropertyOwner {
  readonly resource: (typeof V1_RESOURCES)[number] | (typeof V2_RESOURCES)[number];
  /** `current` for `users`. */
  readonly id: string;
  /** Which form of the API to speak. Default v1, for what only v2 has v2. */
  readonly version?: ApiVersion;
}

/** Properties can be sorted by name only. */
const SORTING: Readonly<Record<ApiVersion, Query>> = {
  v1: { SortBy: "Name", SortDir: "Asc" },
  v2: { sortby: "Name", sortdir: "Asc" },
};

/** Values that people and apps attach to resources. */
export class Properties {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /{version}/{resource}/{id}/properties` */
  list(owner: PropertyOwner): List<Property> {
    return propertyList(this.#client, owner);
  }

  /**
   * `GET /{version}/{resource}/{id}/properties/{name}`
   * @throws ApiError `not-found` when the resource has none of this name
   */
  async get(owner: PropertyOwner, name: string, options: CallOptions = {}): Promise<Property> {
    const { path, version } = placeOf(owner);
    const answer = await this.#client.rest.get(`${path}/${segment(name)}`, {}, options);
    return resourceOf(answer, decodeProperty, version);
  }

  /**
   * All values of a property that has several: `GET /{version}/{resource}/{id}/properties/{name}/items`.
   * @throws ApiError `not-found`, also for a property of one value
   */
  items(owner: PropertyOwner, name: string): List<PropertyItem> {
    return propertyItems(this.#client, owner, name);
  }

  /**
   * Sets properties, and answers them: `POST /{version}/{resource}/{id}/properties`. Those of the same
   * names are replaced, others stay.
   * @throws BsmountError `usage` for what is over the documented limits; ApiError `access-denied` without
   * the right to write
   */
  async set(
    owner: PropertyOwner,
    properties: readonly NewProperty[],
    options: CallOptions = {},
  ): Promise<readonly Property[]> {
    const { path, version } = placeOf(owner);
    if (owner.resource === "files") {
      throw new BsmountError("usage", "the properties of a file can only be read");
    }
    const body = propertiesBody(properties);
    // Setting twice is the same as once.
    const change = { method: "POST", path, body, isRepeatable: true } as const;
    const answer = await this.#client.rest.change(change, options);
    return resourceOf(answer, decodeProperties, version);
  }

  /**
   * Sets plain values as texts, named `<namespace>.<key>`.
   * @throws BsmountError `usage`; ApiError as {@link set}
   */
  async setTexts(
    owner: PropertyOwner,
    values: Readonly<Record<string, string | number | boolean>>,
    { namespace = "apiset", ...options }: CallOptions & { readonly namespace?: string } = {},
  ): Promise<readonly Property[]> {
    const properties = Object.entries(values).map(([key, value]): NewProperty => {
      return { type: "string", name: `${namespace}.${key}`, content: textOf(key, value) };
    });
    return await this.set(owner, properties, options);
  }

  /**
   * `DELETE /{version}/{resource}/{id}/properties/{name}`. When the answer is lost, looks whether it is gone.
   * @throws ApiError `not-found` when the resource has none of this name
   */
  async delete(owner: PropertyOwner, name: string, options: CallOptions = {}): Promise<void> {
    const path = `${placeOf(owner).path}/${segment(name)}`;
    const look: FindEffect = async (_sent, looking) => {
      try {
        await this.#client.rest.get(path, {}, looking);
        return undefined;
      } catch (error) {
        if (reasonOf(error) !== "not-found") throw error;
        return { json: undefined, headers: {}, status: 204, request: { method: "DELETE", path } };
      }
    };
    await this.#client.once({ method: "DELETE", path }, look, options);
  }
}

/** `GET …/properties`, for the resources' own methods. */
export function propertyList(client: ResourceClient, owner: PropertyOwner): List<Property> {
  const { path, version } = placeOf(owner);
  const query = SORTING[version];
  return client.list({ path: unversioned(path), query, decode: decodeProperty, version });
}

export function propertyItems(
  client: ResourceClient,
  owner: PropertyOwner,
  name: string,
): List<PropertyItem> {
  const { path, version } = placeOf(owner);
  return client.list({
    path: `${unversioned(path)}/${segment(name)}/items`,
    query: {},
    version,
    decode: (value, at, page) => propertyItemDecoder(typeOf(page))(value, at),
  });
}

function typeOf(page: unknown): string {
  const { Type } = page as { readonly Type?: unknown };
  return typeof Type === "string" ? Type : "";
}

function placeOf({ resource, id, version }: PropertyOwner): { path: string; version: ApiVersion } {
  const isV1 = (V1_RESOURCES as readonly string[]).includes(resource);
  if (!isV1 && !(V2_RESOURCES as readonly string[]).includes(resource)) {
    const known = [...V1_RESOURCES, ...V2_RESOURCES].join(", ");
    throw new BsmountError("usage", `${JSON.stringify(resource)} has no properties`, {
      remedy: `what has them: ${known}`,
    });
  }
  const spoken = version ?? (isV1 ? "v1" : "v2");
  if (!isV1 && spoken === "v1") {
    throw new BsmountError("usage", `the properties of ${resource} are in v2 only`);
  }
  return { path: `/${PREFIX[spoken]}/${resource}/${segment(id)}/properties`, version: spoken };
}

function unversioned(path: string): string {
  return path.split("/").slice(2).join("/");
}

function textOf(key: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  throw new BsmountError(
    "usage",
    `the value of ${JSON.stringify(key)} is no text, number or boolean`,
  );
}
