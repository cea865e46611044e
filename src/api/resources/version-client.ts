/*
 * Begin here: `resources/` has the calls of the API, one class for each noun (`projects.ts`, `runs.ts`, …). They are
 * built on the `VersionClient` below: for v1 in this folder, for v2 in `v2/`. `find-created.ts` and
 * `find-owned-project.ts` search for the effect of a call whose response was lost (`../transport/idempotency.ts`).
 * `../client.ts` makes one object of each class.
 */

import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeResponse } from "../models/decode-response.ts";
import { type Decode, WireError } from "../models/parse.ts";
import { List } from "../paging/list.ts";
import { listQuery, type ListRules } from "../paging/list-parameters.ts";
import type { KeyOf, Page, PageWindow } from "../paging/page.ts";
import type { FindEffect, IdempotentCalls, IdempotentChange } from "../transport/idempotency.ts";
import type { JsonResponse, TextResponse } from "../transport/evaluate-response.ts";
import type { CallOptions, Change, Query, Rest } from "../transport/rest.ts";

/** A version of the API. */
export type ApiVersion = "v1" | "v2";

/** A list of the service. */
export interface ListSource<Model> {
  /** Without the version, encoded. */
  readonly path: string;
  /** How the list is sorted and filtered. Default: as the service does without parameters. */
  readonly rules?: ListRules;
  /** The caller's parameters, by `rules`. Default: none. */
  readonly params?: object;
  /** Parameters that are sent in addition to these. Default: none. */
  readonly query?: Query;
  /** The highest limit of a page. Default 1024. */
  readonly maxLimit?: number;
  /** `page` is the object that holds the item. */
  readonly decode: (item: unknown, at: string, page: unknown) => Model;
}

/** What tells an item of a list from all others: its Id, else its name. */
interface Identified {
  readonly id?: string;
  readonly name?: string;
}

const PREFIXES: Readonly<Record<ApiVersion, string>> = { v1: "v1pre3", v2: "v2" };

/**
 * Requests of one version of the API, decoded. The classes of `resources/` are built on it. Paths are encoded
 * and do not contain the version.
 */
export class VersionClient {
  readonly version: ApiVersion;
  readonly #rest: Rest;
  readonly #calls: IdempotentCalls;

  constructor(version: ApiVersion, rest: Rest, calls: IdempotentCalls) {
    this.version = version;
    this.#rest = rest;
    this.#calls = calls;
  }

  /** One entity: `GET /{version}/{path}`, without the envelope that v1 puts around it. */
  async one<Model>(path: string, decode: Decode<Model>, options: CallOptions = {}): Promise<Model> {
    return this.decode(await this.get(path, {}, options), decode);
  }

  /**
   * A list: `GET /{version}/{path}` with the parameters, and with `Offset` and `Limit`, which v2 spells in lower case.
   * @throws BsmountError `usage` for parameters that the list does not have
   */
  list<Model extends Identified>(source: ListSource<Model>): List<Model> {
    return this.#list(source, ({ id, name }) => id ?? name ?? "");
  }

  /** As {@link list}, for a list that never changes: its items are distinguished by their numbers and need no Id. */
  fixedList<Model>(source: ListSource<Model>): List<Model> {
    return this.#list(source, (_item, index) => String(index));
  }

  /** As {@link fixedList}, for a list of v1 that is the text of a file; an item is a line. */
  lines(source: Omit<ListSource<string>, "decode">): List<string> {
    const { path, maxLimit } = source;
    const query = this.#queryOf(source);
    return new List(
      async ({ offset, limit }, options) => {
        const window = { ...query, Offset: offset, Limit: limit };
        const { text } = await this.getText(path, window, options);
        const items = text.split(/\r?\n/).filter((line) => line !== "");
        return { items, offset, limit, totalCount: undefined };
      },
      (_line, index) => String(index),
      `GET ${this.#versioned(path)}`,
      maxLimit,
    );
  }

  /** `GET /{version}/{path}` */
  async get(path: string, query: Query, options: CallOptions = {}): Promise<JsonResponse> {
    return await this.#rest.get(this.#versioned(path), query, options);
  }

  /** `GET /{version}/{path}`, for a response that is the text of a file. */
  async getText(path: string, query: Query, options: CallOptions = {}): Promise<TextResponse> {
    return await this.#rest.getText(this.#versioned(path), query, options);
  }

  /** Sends a change; one that is not repeatable is sent once. See {@link Rest.change}. */
  async change(change: Change, options: CallOptions = {}): Promise<JsonResponse> {
    return await this.#rest.change({ ...change, path: this.#versioned(change.path) }, options);
  }

  /** Sends a change that must take effect once. See {@link IdempotentCalls}. */
  async changeOnce(
    change: IdempotentChange,
    findEffect: FindEffect,
    options: CallOptions = {},
  ): Promise<JsonResponse> {
    const versioned = { ...change, path: this.#versioned(change.path) };
    return await this.#calls.run(versioned, { findEffect, options });
  }

  /** The entity in a response of this version. @throws DecodeError */
  decode<Model>(response: JsonResponse, decode: Decode<Model>): Model {
    const at = this.version === "v1" ? "Response" : "";
    return decodeResponse(response, () => decode(this.bodyOf(response), at));
  }

  /** The items of a response that is one page of a list. @throws DecodeError */
  decodeItems<Model>(response: JsonResponse, decode: Decode<Model>): readonly Model[] {
    return decodeResponse(response, () =>
      decodePage(this.bodyOf(response)).items.map((item, at) => decode(item, `Items[${at}]`)),
    );
  }

  /** What a response holds, without the envelope that v1 puts around it. @throws WireError */
  bodyOf({ json }: JsonResponse): unknown {
    return this.version === "v1" ? decodeEnvelope(json) : json;
  }

  #list<Model>(source: ListSource<Model>, keyOf: KeyOf<Model>): List<Model> {
    const { path, decode, maxLimit } = source;
    const query = this.#queryOf(source);
    return new List(
      async ({ offset, limit }, options) => {
        const window = this.version === "v1" ? { Offset: offset, Limit: limit } : { offset, limit };
        const response = await this.get(path, { ...query, ...window }, options);
        return decodeResponse(response, () =>
          pageOf(this.bodyOf(response), { offset, limit }, decode),
        );
      },
      keyOf,
      `GET ${this.#versioned(path)}`,
      maxLimit,
    );
  }

  #queryOf({ rules, params = {}, query }: Omit<ListSource<unknown>, "decode">): Query {
    return { ...(rules === undefined ? {} : listQuery(rules, params, this.version)), ...query };
  }

  #versioned(path: string): string {
    return `/${PREFIXES[this.version]}/${path}`;
  }
}

/** The clients of both versions, which share connections and idempotent calls. */
export interface VersionClients {
  readonly v1: VersionClient;
  readonly v2: VersionClient;
}

function pageOf<Model>(
  json: unknown,
  requested: Required<PageWindow>,
  decode: ListSource<Model>["decode"],
): Page<Model> {
  const page = decodePage(json);
  const { offset = requested.offset, limit = requested.limit, totalCount } = page;
  // A service that ignores the offset would make a crawl read the first page for ever.
  if (offset !== requested.offset) {
    throw new WireError("Offset", `is ${offset}, asked for ${requested.offset}`);
  }
  const items = page.items.map((item, index) => decode(item, `Items[${index}]`, json));
  return { items, offset, limit, totalCount };
}
