import type { IncomingMessage } from "node:http";
import {
  dripping,
  type HonestResponse,
  honest,
  json,
  type ListOfItems,
  lists,
  type Scenario,
  swollen,
  texts,
  type Twist,
} from "./hostile-server.ts";

/* What a hostile API server can send: a scenario for each kind of harm. */

const MIB = 1024 * 1024;

function window({ url }: HonestResponse): { readonly offset: number; readonly limit: number } {
  const [offset, limit] = ["offset", "limit"].map((name) => {
    for (const [key, value] of url.searchParams) {
      if (key.toLowerCase() === name) return Number(value);
    }
    return undefined;
  });
  return { offset: offset ?? 0, limit: limit ?? 10 };
}

/** A page of a list of `total` items: `change` makes each from the first honest one and its number. */
function listOf(
  total: number,
  change: (item: ListOfItems["Items"][number], at: number) => Record<string, unknown>,
): Twist {
  return withFirst((first, _list, upstream) => {
    const { offset, limit } = window(upstream);
    const count = Math.max(0, Math.min(limit, total - offset));
    const items = Array.from({ length: count }, (_, at) => {
      const number = offset + at;
      return number === 0
        ? first
        : { ...first, Id: String(5_000_000 + number), ...change(first, number) };
    }) as ListOfItems["Items"];
    return { Items: items, Offset: offset, Limit: limit, DisplayedCount: count, TotalCount: total };
  });
}

/** Changes lists, given the first item that each ever had, if any. */
function withFirst(
  change: (
    first: ListOfItems["Items"][number],
    list: ListOfItems,
    upstream: HonestResponse,
  ) => ListOfItems,
): Twist {
  const firsts = new Map<string, ListOfItems["Items"][number]>();
  return lists((list, upstream) => {
    const { pathname } = upstream.url;
    const first = firsts.get(pathname) ?? list.Items[0];
    if (first === undefined) return list;
    firsts.set(pathname, first);
    return change(first, list, upstream);
  });
}

function tokenOf({ headers }: IncomingMessage): string {
  return (headers.authorization ?? "").replace(/^\w+ /, "");
}

const ID_LIKE = /^(?:Id|Href.*|Date.*|Status|UploadStatus|Type|ETag|.*Expires|Email)$/;

/** Refuses every change, with the message `text`. */
function refusing(text: (upstream: HonestResponse) => string): Twist {
  return (upstream, response) => {
    const message = text(upstream);
    const status = { ErrorCode: "X.Y", Message: message };
    const body = Buffer.from(
      JSON.stringify({ ResponseStatus: status, error_description: message, error: message }),
    );
    honest(
      { ...upstream, status: 400, body, headers: { "content-type": "application/json" } },
      response,
    );
  };
}

export const HOSTILE_API: Readonly<Record<string, Scenario>> = {
  "paths of 8 000 folders": {
    twist: listOf(3, (_item, at) => ({ Path: `${"d/".repeat(8000)}f${at}`, Name: `f${at}` })),
  },
  "one name a thousand times": { twist: listOf(1000, ({ Name = "" }) => ({ Name })) },
  "the first page for ever": {
    twist: withFirst((first, list, upstream) => {
      const { offset, limit } = window(upstream);
      const items = Array.from({ length: limit }, (_, at) => ({
        ...first,
        Id: `${6_000_000 + at}`,
      }));
      return { ...list, Items: items, Offset: offset, Limit: limit, TotalCount: 10 ** 12 };
    }),
  },
  "always new items": {
    twist: listOf(10 ** 12, (_item, at) => ({ Name: `${at}`, Path: `${at}` })),
  },
  "responses of 64 MiB": { twist: swollen(64 * MIB) },
  "responses that drip": { twist: dripping, isSlow: true },
  "the token in every text": {
    twist: json((value, { request }) =>
      texts(value, (text, key) =>
        ID_LIKE.test(key) || /^\d{4}-\d\d-\d\dT/.test(text) ? text : `${text} ${tokenOf(request)}`,
      ),
    ),
  },
  "errors that repeat the token": {
    twist: (upstream, response) => {
      const { method } = upstream.request;
      if (method === "GET" && !upstream.url.pathname.endsWith("files")) honest(upstream, response);
      else
        refusing(({ request }) => `no: ${JSON.stringify(request.headers)} ${tokenOf(request)}`)(
          upstream,
          response,
        );
    },
  },
  "names that a terminal obeys": {
    twist: json((value) =>
      texts(value, (text, key) =>
        /^(?:Name|Path|Description)$/.test(key) ? `\u009b2J\u001b[31m\u202e\u2028\r${text}` : text,
      ),
    ),
  },
  "names that JavaScript knows": {
    twist: (upstream, response) => {
      const { body } = upstream;
      if (!body.toString().startsWith("{")) return honest(upstream, response);
      const poison =
        '{"__proto__":{"Response":{"Id":"1"},"isAdmin":true},"constructor":{"prototype":{}},';
      const text = body.toString().replaceAll('"Name":"', '"toString":1,"Name":"__proto__');
      honest({ ...upstream, body: Buffer.from(poison + text.slice(1)) }, response);
    },
  },
  "links with a user and a password": {
    twist: json((value) =>
      texts(value, (text) => text.replace(/^(https?:\/\/)(?=.*Signature=)/, "$1user:password@")),
    ),
  },
  "numbers and forms that make no sense": {
    twist: (upstream, response) => {
      const text = upstream.body
        .toString()
        .replaceAll(/"Size":\d+/g, '"Size":1e308')
        .replaceAll(/"TotalCount":\d+/g, '"TotalCount":-1');
      honest({ ...upstream, body: Buffer.from(text) }, response);
    },
  },
  "a hundred thousand brackets": {
    twist: (upstream, response) => {
      const body = Buffer.from(`{"Response":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
      honest({ ...upstream, body }, response);
    },
  },
  "redirects to somebody else": {
    twist: (upstream, response) => {
      response
        .writeHead(307, { location: `http://localhost.invalid${upstream.url.pathname}` })
        .end();
    },
  },
};
