/** An endpoint of BaseSpace, and what the emulator has of it: a row of `docs/emulator-coverage.md`. */
export interface Endpoint {
  readonly method: string;
  /** With its parameters in braces: `/v1pre3/files/{id}`. */
  readonly path: string;
  /** {@link EXACT}, {@link NONE}, or in words what is missing or otherwise than in the service. */
  readonly here: string;
}

/** As documented or recorded. */
export const EXACT = "exact";

/** Answered by 501. */
export const NONE = "none";

/** A request such as `GET files/{id}`, without the root that its table has, and what is here of it. */
export type EndpointRow = readonly [request: string, here: string];

export function endpointsBelow(root: string, rows: readonly EndpointRow[]): readonly Endpoint[] {
  return rows.map(([request, here]) => {
    const [method = "", path = ""] = request.split(" ", 2);
    return { method, path: `${root}/${path}`, here };
  });
}

/** The endpoints of properties below `place`; those of some nouns can only be read. */
export function propertyRows(
  place: string,
  canWrite: boolean,
  here: string = EXACT,
): readonly EndpointRow[] {
  const all: readonly EndpointRow[] = [
    [`GET ${place}/properties`, here],
    [`GET ${place}/properties/{name}`, here],
    [`GET ${place}/properties/{name}/items`, here],
    [`POST ${place}/properties`, here],
    [`DELETE ${place}/properties/{name}`, here],
  ];
  return canWrite ? all : all.slice(0, 3);
}
