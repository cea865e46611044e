import { BsmountError } from "../../core/errors.ts";
import { listRules } from "../paging/list-parameters.ts";
import { segment } from "../transport/address.ts";
import { decodeProperties, decodeProperty, propertyItemDecoder } from "../models/property.ts";
import { type NewProperty, propertiesBody } from "./new-property.ts";
import { List } from "../paging/list.ts";
import type { Property, PropertyItem } from "../models/property.ts";
import type { ApiVersion, VersionClient, VersionClients } from "./version-client.ts";
import { reasonOf } from "../../core/errors.ts";
import type { CallOptions } from "../transport/rest.ts";
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

/** An entity that has properties. Those of files are read-only; of users, only the current one has any. */
export interface PropertyOwner {
  /** The kind of the owner. */
  readonly resource: (typeof V1_RESOURCES)[number] | (typeof V2_RESOURCES)[number];
  /** `current` for `users`. */
  readonly id: string;
  /** The version of the API to use. Default `v1`, or `v2` for entities that only v2 has. */
  readonly version?: ApiVersion;
}

/** Properties can be sorted by name only. */
const PROPERTIES = listRules(["Name"], {});

/** Values that people and apps attach to entities. */
export class Properties {
  readonly #clients: VersionClients;

  constructor(clients: VersionClients) {
    this.#clients = clients;
  }

  /** `GET /{version}/{resource}/{id}/properties` */
  list(owner: PropertyOwner): List<Property> {
    return propertyList(this.#clientFor(owner), owner.resource, owner.id);
  }

  /**
   * `GET /{version}/{resource}/{id}/properties/{name}`
   * @throws ApiError `not-found` when the entity has no property of this name
   */
  async get(owner: PropertyOwner, name: string, options: CallOptions = {}): Promise<Property> {
    const client = this.#clientFor(owner);
    return await client.one(`${pathOf(owner)}/${segment(name)}`, decodeProperty, options);
  }

  /**
   * All values of a property with several values: `GET /{version}/{resource}/{id}/properties/{name}/items`.
   * @throws ApiError `not-found`, also for a property of one value
   */
  items(owner: PropertyOwner, name: string): List<PropertyItem> {
    return propertyItems(this.#clientFor(owner), pathOf(owner), name);
  }

  /**
   * Sets properties and returns them: `POST /{version}/{resource}/{id}/properties`. Properties of the same
   * names are replaced, others stay.
   * @throws BsmountError `usage` for what exceeds the documented limits; ApiError `access-denied` without
   * the right to write
   */
  async set(
    owner: PropertyOwner,
    properties: readonly NewProperty[],
    options: CallOptions = {},
  ): Promise<readonly Property[]> {
    const client = this.#clientFor(owner);
    if (owner.resource === "files") {
      throw new BsmountError("usage", "the properties of a file can only be read");
    }
    const body = propertiesBody(properties);
    // Setting twice is the same as once.
    const change = { method: "POST", path: pathOf(owner), body, isRepeatable: true } as const;
    return client.decode(await client.change(change, options), decodeProperties);
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
   * `DELETE /{version}/{resource}/{id}/properties/{name}`. When the response is lost, the property is looked up.
   * @throws ApiError `not-found` when the entity has no property of this name
   */
  async delete(owner: PropertyOwner, name: string, options: CallOptions = {}): Promise<void> {
    const client = this.#clientFor(owner);
    const change = { method: "DELETE", path: `${pathOf(owner)}/${segment(name)}` } as const;
    const findEffect: FindEffect = async (_attempt, searchOptions) => {
      try {
        await client.get(change.path, {}, searchOptions);
        return undefined;
      } catch (error) {
        if (reasonOf(error) !== "not-found") throw error;
        return { json: undefined, headers: {}, status: 204, request: change };
      }
    };
    await client.changeOnce(change, findEffect, options);
  }

  /** @throws BsmountError `usage` for a kind of entity, or a version of the API, that has no properties */
  #clientFor({ resource, version }: PropertyOwner): VersionClient {
    const isV1 = (V1_RESOURCES as readonly string[]).includes(resource);
    if (!isV1 && !(V2_RESOURCES as readonly string[]).includes(resource)) {
      const known = [...V1_RESOURCES, ...V2_RESOURCES].join(", ");
      throw new BsmountError("usage", `${JSON.stringify(resource)} has no properties`, {
        remedy: `what has them: ${known}`,
      });
    }
    if (!isV1 && version === "v1") {
      throw new BsmountError("usage", `the properties of ${resource} are in v2 only`);
    }
    return this.#clients[version ?? (isV1 ? "v1" : "v2")];
  }
}

/** The properties of one entity, for the classes of the entities: `GET /{version}/{resource}/{id}/properties`. */
export function propertyList(
  client: VersionClient,
  resource: PropertyOwner["resource"],
  id: string,
): List<Property> {
  const path = pathOf({ resource, id });
  return client.list({ path, rules: PROPERTIES, decode: decodeProperty });
}

/** `GET /{version}/{propertiesPath}/{name}/items` */
export function propertyItems(
  client: VersionClient,
  propertiesPath: string,
  name: string,
): List<PropertyItem> {
  return client.list({
    path: `${propertiesPath}/${segment(name)}/items`,
    decode: (value, at, page) => propertyItemDecoder(typeOf(page))(value, at),
  });
}

function pathOf({ resource, id }: PropertyOwner): string {
  return `${resource}/${segment(id)}/properties`;
}

function typeOf(page: unknown): string {
  const { Type } = page as { readonly Type?: unknown };
  return typeof Type === "string" ? Type : "";
}

function textOf(key: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  throw new BsmountError(
    "usage",
    `the value of ${JSON.stringify(key)} is no text, number or boolean`,
  );
}
