import { DecodeError } from "../transport/errors.ts";
import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { type Decode, WireError } from "../models/parse.ts";
import type { Page, PageWindow } from "../paging/page.ts";
import { List } from "../paging/list.ts";
import type { CallOptions, JsonResponse, Query, Rest } from "../transport/rest.ts";
import type { FindEffect, IdempotentChange, IdempotentCalls } from "../transport/idempotency.ts";

export type ApiVersion = "v1" | "v2";

/** A list of the service: where it is, and what tells its items apart. */
export interface ListSource<Model> {
  /** Behind the version, encoded. */
  readonly path: string;
  readonly query: Query;
  /** `page` is what holds the item. */
  readonly decode: (item: unknown, at: string, page: unknown) => Model;
  /** Default v1. */
  readonly version?: ApiVersion;
}

/** What tells an item of a list from all others: its Id, else its name. */
interface Identified {
  readonly id?: string;
  readonly name?: string;
}

/** Resources and lists of both API versions, decoded: what the classes of `resources/` are made of. */
export class ResourceClient {
  readonly rest: Rest;
  readonly #onceOnly: IdempotentCalls;

  constructor(rest: Rest, onceOnly: IdempotentCalls) {
    this.rest = rest;
    this.#onceOnly = onceOnly;
  }

  /** One resource of v1: `GET /v1pre3/{path}`, out of its envelope. */
  async one<Model>(path: string, decode: Decode<Model>, options: CallOptions = {}): Promise<Model> {
    const answer = await this.rest.get(`/v1pre3/${path}`, {}, options);
    return resourceOf(answer, decode, "v1");
  }

  /** One resource of v2: `GET /v2/{path}`, which has no envelope. */
  async oneV2<Model>(
    path: string,
    decode: Decode<Model>,
    options: CallOptions = {},
  ): Promise<Model> {
    const answer = await this.rest.get(`/v2/${path}`, {}, options);
    return resourceOf(answer, decode, "v2");
  }

  /**
   * Sends what must not be done twice; where it may have succeeded unheard, `look`s before it sends again.
   * `path` begins with the version.
   */
  async once(
    change: IdempotentChange,
    look: FindEffect,
    options: CallOptions = {},
  ): Promise<JsonResponse> {
    return await this.#onceOnly.run(change, { findEffect: look, options });
  }

  /** A list of v1: `GET /v1pre3/{path}` with `Offset`, `Limit` and `query`; or of v2, in lower case. */
  list<Model extends Identified>(source: ListSource<Model>): List<Model> {
    const { query, decode, version = "v1" } = source;
    const path = `/${PREFIX[version]}/${source.path}`;
    return new List(
      async ({ offset, limit }, options) => {
        const window = version === "v1" ? { Offset: offset, Limit: limit } : { offset, limit };
        const answer = await this.rest.get(path, { ...query, ...window }, options);
        return decoded(answer, () =>
          pageOf(bodyOf(answer.json, version), { offset, limit }, decode),
        );
      },
      ({ id, name }) => id ?? name ?? "",
      `GET ${path}`,
    );
  }
}

export const PREFIX: Readonly<Record<ApiVersion, string>> = { v1: "v1pre3", v2: "v2" };

/** The resource that an answer is about. @throws DecodeError */
export function resourceOf<Model>(
  answer: JsonResponse,
  decode: Decode<Model>,
  version: ApiVersion,
): Model {
  return decoded(answer, () =>
    decode(bodyOf(answer.json, version), version === "v1" ? "Response" : ""),
  );
}

/** What an answer is about: out of the envelope that v1 puts around it. @throws WireError */
export function bodyOf(json: unknown, version: ApiVersion): unknown {
  return version === "v1" ? decodeEnvelope(json) : json;
}

/** Exported for answers that are not resources. @throws DecodeError */
export function decoded<Model>(answer: JsonResponse, decode: () => Model): Model {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    const facts = { ...answer.request, status: answer.status };
    const error = new DecodeError("unavailable", facts, `unexpected answer: ${cause.message}`, {
      cause,
    });
    error.mayHaveSucceeded = answer.request.method !== "GET";
    throw error;
  }
}

function pageOf<Model>(
  json: unknown,
  asked: Required<PageWindow>,
  decode: ListSource<Model>["decode"],
): Page<Model> {
  const page = decodePage(json);
  const { offset = asked.offset, limit = asked.limit, totalCount } = page;
  // A service that ignores the offset would make a crawl read the first page for ever.
  if (offset !== asked.offset) {
    throw new WireError("Offset", `is ${offset}, asked for ${asked.offset}`);
  }
  const items = page.items.map((item, index) => decode(item, `Items[${index}]`, json));
  return { items, offset, limit, totalCount };
}
