import { z } from "zod";
import { parse } from "./parse.ts";
import { anything, count, date, flag, maybe } from "./wire.ts";

const envelope = z.object({ Response: anything.refine((value) => value !== undefined) });

/** What a v1 answer is about. @throws WireError */
export function decodeEnvelope(json: unknown): unknown {
  return parse(envelope, json, "").Response;
}

const counts = { Offset: maybe(count), Limit: maybe(count), TotalCount: maybe(count) };

const page = z.object({ ...counts, Items: z.array(anything), Paging: maybe(z.object(counts)) });

export interface WirePage {
  readonly items: readonly unknown[];
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  readonly totalCount: number | undefined;
}

/** A list of v1, out of its envelope, or of v2, whose counts stand in `Paging`. @throws WireError */
export function decodePage(json: unknown): WirePage {
  const { Items, Paging, ...own } = parse(page, json, "");
  const { Offset, Limit, TotalCount } = Paging ?? own;
  return {
    items: Items,
    offset: Offset ?? undefined,
    limit: Limit ?? undefined,
    totalCount: TotalCount ?? undefined,
  };
}

const contentLink = z.object({
  Expires: maybe(date),
  HrefContent: z.url(),
  SupportsRange: maybe(flag),
});

export interface WireContentLink {
  readonly href: string;
  readonly expires: Date | undefined;
}

/** `GET /v1pre3/files/{id}/content?redirect=meta`. @throws WireError */
export function decodeContentLink(json: unknown): WireContentLink {
  const link = parse(contentLink, decodeEnvelope(json), "Response");
  return { href: link.HrefContent, expires: link.Expires ?? undefined };
}
