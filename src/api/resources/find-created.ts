import type { Decode } from "../models/parse.ts";
import type { FindEffect } from "../transport/idempotency.ts";
import type { Query } from "../transport/rest.ts";
import type { ApiVersion, VersionClient } from "./version-client.ts";

/** An entity that was created just now is among the newest, or was not created. */
const NEWEST = 100;

const NEWEST_FIRST: Readonly<Record<ApiVersion, Query>> = {
  v1: { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST },
  v2: { sortby: "DateCreated", sortdir: "Desc", limit: NEWEST },
};

interface Created {
  readonly id: string;
  readonly name: string;
  readonly dateCreated: Date;
}

export interface CreatedSearch<Model extends Created> {
  /** The path of the list that shows the entity, without the version. */
  readonly listPath: string;
  readonly query?: Query;
  readonly decode: Decode<Model>;
  readonly name: string;
  /** The path of the entity, without the version. */
  readonly pathOf: (id: string) => string;
}

/**
 * Finds the entity that a call created whose response was lost: the only one of its name that is not older than
 * the call and that no other call of this client created. Two such entities, or one without a date, are unclear.
 */
export function findCreated<Model extends Created>(
  client: VersionClient,
  { listPath, query, decode, name, pathOf }: CreatedSearch<Model>,
): FindEffect {
  return async (attempt, options) => {
    const listed = await client.get(
      listPath,
      { ...NEWEST_FIRST[client.version], ...query },
      options,
    );
    const earliest = attempt.earliestEffect(listed).getTime();
    const [found, ...more] = client.decodeItems(listed, decode).filter((item) => {
      const created = item.dateCreated.getTime();
      const isNew = created === 0 || created >= earliest;
      return item.name === name && isNew && !attempt.isFromOtherCall(item.id);
    });
    if (found === undefined) return undefined;
    if (more.length > 0 || found.dateCreated.getTime() === 0) return "unclear";
    return await client.get(pathOf(found.id), {}, options);
  };
}
