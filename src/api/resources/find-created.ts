import { decodePage } from "../models/envelope.ts";
import type { Decode } from "../models/parse.ts";
import { type ApiVersion, bodyOf, decoded, PREFIX, type ResourceClient } from "./version-client.ts";
import type { Query } from "../transport/rest.ts";
import type { FindEffect } from "../transport/idempotency.ts";

/** What was just made is among the newest or is not there. */
const NEWEST = 100;

const FIRST: Readonly<Record<ApiVersion, Query>> = {
  v1: { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST },
  v2: { sortby: "DateCreated", sortdir: "Desc", limit: NEWEST },
};

interface Created {
  readonly id: string;
  readonly name: string;
  readonly dateCreated: Date;
}

export interface CreatedSearch<Model extends Created> {
  /** Default v1. */
  readonly version?: ApiVersion;
  /** Of the list that shows it, behind the version. */
  readonly listPath: string;
  readonly query?: Query;
  readonly decode: Decode<Model>;
  readonly name: string;
  /** The path of one of them, behind the version. */
  readonly pathOf: (id: string) => string;
}

/**
 * Finds what a call made whose answer was lost: the only one of its name that is not older than the call and
 * that no other call of this client has made.
 * Two of them, or one without a date, leave it in doubt.
 */
export function findCreated<Model extends Created>(
  { rest }: ResourceClient,
  { version = "v1", listPath, query, decode, name, pathOf }: CreatedSearch<Model>,
): FindEffect {
  return async (sent, options) => {
    const prefix = PREFIX[version];
    const listed = await rest.get(
      `/${prefix}/${listPath}`,
      { ...FIRST[version], ...query },
      options,
    );
    const items = decoded(listed, () =>
      decodePage(bodyOf(listed.json, version)).items.map((item, index) =>
        decode(item, `Items[${index}]`),
      ),
    );
    const earliest = sent.earliestEffect(listed).getTime();
    const [found, ...more] = items.filter((item) => {
      const created = item.dateCreated.getTime();
      const isNew = created === 0 || created >= earliest;
      return item.name === name && isNew && !sent.isFromOtherCall(item.id);
    });
    if (found === undefined) return undefined;
    if (more.length > 0 || found.dateCreated.getTime() === 0) return "unclear";
    return await rest.get(`/${prefix}/${pathOf(found.id)}`, {}, options);
  };
}
