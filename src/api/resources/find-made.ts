import { decodeEnvelope, decodePage } from "../decode/answers.ts";
import type { Decode } from "../decode/parse.ts";
import { decoded, type ResourceClient } from "../resource-client.ts";
import type { CallOptions, Query } from "../rest.ts";
import type { Look } from "../settled.ts";

/** What was just made is among the newest or is not there. */
const NEWEST = 100;

interface Made {
  readonly id: string;
  readonly name: string;
  readonly dateCreated: Date;
}

export interface MadeSearch<Model extends Made> {
  /** Of the list of v1 that shows it, behind the version. */
  readonly listPath: string;
  readonly query?: Query;
  readonly decode: Decode<Model>;
  readonly name: string;
  /** The path of one of them, behind the version. */
  readonly pathOf: (id: string) => string;
}

/**
 * Finds what a call made whose answer was lost: the only one of its name that is not older than the call.
 * Two of them, or one without a date, leave it in doubt.
 */
export function lookForNewest<Model extends Made>(
  { rest }: ResourceClient,
  { listPath, query, decode, name, pathOf }: MadeSearch<Model>,
  options: CallOptions = {},
): Look {
  return async (sent) => {
    const newest = { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST };
    const listed = await rest.get(`/v1pre3/${listPath}`, { ...newest, ...query }, options);
    const items = decoded(listed, () =>
      decodePage(decodeEnvelope(listed.json)).items.map((item, index) =>
        decode(item, `Items[${index}]`),
      ),
    );
    const earliest = sent.earliest(listed).getTime();
    const [found, ...more] = items.filter((item) => {
      const created = item.dateCreated.getTime();
      return item.name === name && (created === 0 || created >= earliest);
    });
    if (found === undefined) return undefined;
    if (more.length > 0 || found.dateCreated.getTime() === 0) return "unclear";
    return await rest.get(`/v1pre3/${pathOf(found.id)}`, {}, options);
  };
}
