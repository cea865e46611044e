import type { FastifyReply } from "fastify";
import { listResponse, type Page, pagedList } from "../http/paging.ts";
import { sendResponse, sendWithoutEnvelope } from "../http/response.ts";
import { propertiesV1 } from "../serialise/properties.ts";
import { v2Href } from "../serialise/v2/href.ts";
import { propertiesV2, valueKey } from "../serialise/v2/properties.ts";
import type { Json, View } from "../serialise/view.ts";
import type { ApiVersion } from "../services/properties/types.ts";
import type { PropertyNoun } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";

/** Where v1 and v2 differ for properties; the rules are the same. */
export interface PropertyDialect {
  readonly version: ApiVersion;
  readonly readable: readonly PropertyNoun[];
  readonly writable: readonly PropertyNoun[];
  /** The Href of the entity that has the properties. */
  href(view: View, noun: PropertyNoun, id: string): string;
  item(view: View, href: string, property: Property): Json;
  full(view: View, href: string, property: Property): Json;
  /** The values as `/items` lists them, without their Ids; undefined for a property of a single value. */
  entries(view: View, property: Property): readonly Json[] | undefined;
  list<Item>(page: Page<Item>, serialise: (item: Item) => unknown): object;
  send(reply: FastifyReply, body: unknown, status?: number): FastifyReply;
  sendDeleted(reply: FastifyReply): FastifyReply;
}

const V1_WRITABLE = ["projects", "samples", "appresults", "runs", "appsessions"] as const;

export const v1Properties: PropertyDialect = {
  version: "v1pre3",
  readable: [...V1_WRITABLE, "files"],
  writable: V1_WRITABLE,
  href: (_view, noun, id) => `v1pre3/${noun}/${id}`,
  item: propertiesV1.item,
  full: propertiesV1.full,
  entries: (view, property) =>
    propertiesV1.values(view, property)?.map((content) => ({ Content: content })),
  list: listResponse,
  send: sendResponse,
  sendDeleted: (reply) => sendResponse(reply, {}),
};

const V2_WRITABLE = [...V1_WRITABLE, "biosamples", "libraries", "datasets", "users"] as const;

export const v2Properties: PropertyDialect = {
  version: "v2",
  readable: [...V2_WRITABLE, "files"],
  writable: V2_WRITABLE,
  href: v2Href,
  item: propertiesV2.item,
  full: propertiesV2.full,
  entries: (view, property) =>
    propertiesV2.values(view, property)?.map((value) => ({ [valueKey(property)]: value })),
  list: pagedList,
  send: sendWithoutEnvelope,
  sendDeleted: (reply) => sendWithoutEnvelope(reply, undefined, 204),
};
