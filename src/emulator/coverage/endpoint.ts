/*
 * Begin here. `coverage/` lists every endpoint that BaseSpace is known to have and says how far the emulator
 * implements it. `not-implemented.ts` returns 501 for those that it does not implement, and
 * `npm run emulator-coverage` makes the page in docs/ from the same tables. A new route needs a row here.
 */

/** An endpoint of BaseSpace and how far the emulator implements it: a row of `docs/emulator-coverage.md`. */
export interface Endpoint {
  readonly method: string;
  /** The path with its parameters in braces: `/v1pre3/files/{id}`. */
  readonly path: string;
  /** {@link EXACT}, {@link NONE}, or a text that says what is missing or differs from the service. */
  readonly support: string;
}

/** The endpoint behaves as documented or recorded. */
export const EXACT = "exact";

/** The endpoint returns 501. */
export const NONE = "none";

/** A request such as `GET files/{id}`, whose path is relative to the root of its table, and its support. */
export type EndpointRow = readonly [request: string, support: string];

export function endpointsBelow(root: string, rows: readonly EndpointRow[]): readonly Endpoint[] {
  return rows.map(([request, support]) => {
    const [method = "", path = ""] = request.split(" ", 2);
    return { method, path: `${root}/${path}`, support };
  });
}

/** The property endpoints of `resource`; those of some nouns are read-only. */
export function propertyRows(
  resource: string,
  canWrite: boolean,
  support: string = EXACT,
): readonly EndpointRow[] {
  const all: readonly EndpointRow[] = [
    [`GET ${resource}/properties`, support],
    [`GET ${resource}/properties/{name}`, support],
    [`GET ${resource}/properties/{name}/items`, support],
    [`POST ${resource}/properties`, support],
    [`DELETE ${resource}/properties/{name}`, support],
  ];
  return canWrite ? all : all.slice(0, 3);
}
