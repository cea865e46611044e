import { DecodeError } from "./errors.ts";
import { decodeEnvelope, decodePage } from "./decode/answers.ts";
import { type Decode, WireError } from "./decode/parse.ts";
import { List, type Page, type PageWindow } from "./paging.ts";
import type { CallOptions, JsonAnswer, Query, Rest } from "./rest.ts";

export type JsonBody = Readonly<Record<string, unknown>>;

/** What every list takes, beside filters of its own. */
export interface ListParams {
  /** Default `Id`: while a list is read, what is added comes last and nothing moves. */
  readonly sortBy?: string;
  /** Default `Asc`. */
  readonly sortDir?: "Asc" | "Desc";
}

/** Resources and lists of both API versions, decoded: what the classes of `resources/` are made of. */
export class ResourceClient {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** One resource of v1: `GET /v1pre3/{path}`, out of its envelope. */
  async one<Model>(path: string, decode: Decode<Model>, options: CallOptions = {}): Promise<Model> {
    const answer = await this.#rest.get(`/v1pre3/${path}`, {}, options);
    return decoded(answer, () => decode(decodeEnvelope(answer.json), "Response"));
  }

  /** One resource of v2: `GET /v2/{path}`, which has no envelope. */
  async oneV2<Model>(
    path: string,
    decode: Decode<Model>,
    options: CallOptions = {},
  ): Promise<Model> {
    const answer = await this.#rest.get(`/v2/${path}`, {}, options);
    return decoded(answer, () => decode(answer.json, ""));
  }

  /** Makes or changes a resource of v1: `POST /v1pre3/{path}` with a JSON body. */
  async post<Model>(
    {
      path,
      query,
      body,
    }: { readonly path: string; readonly query?: Query; readonly body: JsonBody },
    decode: Decode<Model>,
    options: CallOptions = {},
  ): Promise<Model> {
    const change = { method: "POST", path: `/v1pre3/${path}`, body, isRepeatable: false } as const;
    const answer = await this.#rest.change(
      query === undefined ? change : { ...change, query },
      options,
    );
    return decoded(answer, () => decode(decodeEnvelope(answer.json), "Response"));
  }

  /** A list of v1: `GET /v1pre3/{path}` with `Offset`, `Limit` and `query`. */
  list<Model>(path: string, decode: Decode<Model>, query: Query): List<Model> {
    return new List(async (window, options) => {
      const asked = { ...query, Offset: window.offset, Limit: window.limit };
      const answer = await this.#rest.get(`/v1pre3/${path}`, asked, options);
      return decoded(answer, () => pageOf(decodeEnvelope(answer.json), window, decode));
    });
  }

  /** A list of v2: `GET /v2/{path}` with `offset`, `limit` and `query`. */
  listV2<Model>(path: string, decode: Decode<Model>, query: Query): List<Model> {
    return new List(async (window, options) => {
      const answer = await this.#rest.get(`/v2/${path}`, { ...query, ...window }, options);
      return decoded(answer, () => pageOf(answer.json, window, decode));
    });
  }
}

/** The parameters of a v1 list, in the service's spelling. */
export function sorting(params: ListParams): Query {
  return { SortBy: params.sortBy ?? "Id", SortDir: params.sortDir ?? "Asc" };
}

/** Properties can be sorted by name only. */
export const PROPERTY_SORTING: Query = { SortBy: "Name", SortDir: "Asc" };

/** Exported for answers that are not resources. @throws DecodeError */
export function decoded<Model>(answer: JsonAnswer, decode: () => Model): Model {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    const facts = { ...answer.request, status: answer.status };
    throw new DecodeError("unavailable", facts, `unexpected answer: ${cause.message}`, { cause });
  }
}

function pageOf<Model>(
  json: unknown,
  asked: Required<PageWindow>,
  decode: Decode<Model>,
): Page<Model> {
  const page = decodePage(json);
  const { offset = asked.offset, limit = asked.limit, totalCount } = page;
  // A service that ignores the offset would make a crawl read the first page for ever.
  if (offset !== asked.offset) {
    throw new WireError("Offset", `is ${offset}, asked for ${asked.offset}`);
  }
  const items = page.items.map((item, index) => decode(item, `Items[${index}]`));
  return { items, offset, limit, totalCount };
}
