import { type Endpoint, EXACT, NONE } from "../../src/emulator/coverage/endpoint.ts";
import { PAGES, V1_ENDPOINTS } from "../../src/emulator/coverage/v1-endpoints.ts";
import { V2_ENDPOINTS } from "../../src/emulator/coverage/v2-endpoints.ts";

export const ALL_ENDPOINTS: readonly Endpoint[] = [...PAGES, ...V1_ENDPOINTS, ...V2_ENDPOINTS];

/** `GET /v1pre3/files/{id}` */
export function requestOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}

/**
 * Makes the page of all endpoints in formatted Markdown. `routes` are the emulator's, `recorded` the requests of which
 * there are recordings.
 *
 * @throws Error for a route without a row, or a row without a route
 */
export function coveragePage(routes: readonly string[], recorded: readonly string[]): string {
  checkRoutes(routes);
  return `# What the emulator implements

\`npm run emulator-coverage\` makes this page from the emulator's routes and the tables in \`src/emulator/coverage/\`. It
lists every known endpoint of BaseSpace. A test sends a request to each of them.

- **exact**: behaves as documented by the reference and the SDKs. [The emulator's choices](../src/emulator/README.md#choices-where-the-service-is-not-documented) lists what the documents do not say.
- **recorded**: its responses were also compared with recorded ones of the service, by [\`bsmount emulator verify\`](../src/emulator/README.md#comparing-it-with-the-service).
- **partial**: the row says what is missing or differs from the service.
- **501**: not implemented; the emulator returns 501. A path that BaseSpace does not have returns 404.

${summary()}

## Sign-in pages

${table(PAGES, recorded)}

## v1pre3

${table(V1_ENDPOINTS, recorded)}

## v2

${table(V2_ENDPOINTS, recorded)}
`;
}

function checkRoutes(routes: readonly string[]): void {
  const known = new Set(ALL_ENDPOINTS.map((endpoint) => shapeOf(requestOf(endpoint))));
  const implemented = new Set(routes.map(shapeOf));
  const unknown = routes.filter((route) => !known.has(shapeOf(route)));
  const missing = ALL_ENDPOINTS.map(requestOf).filter(
    (request) => !implemented.has(shapeOf(request)),
  );
  if (unknown.length + missing.length === 0) return;
  throw new Error(
    `routes without a row in src/emulator/coverage/: ${unknown.join(", ") || "none"}; rows without a route: ${missing.join(", ") || "none"}`,
  );
}

/** Removes the names of parameters, which differ between the documents and the routes. */
function shapeOf(request: string): string {
  return request.replaceAll(/\{\w+\}/g, "{}");
}

function summary(): string {
  const count = (which: (support: string) => boolean): number =>
    ALL_ENDPOINTS.filter(({ support }) => which(support)).length;
  const exact = count((support) => support === EXACT);
  const none = count((support) => support === NONE);
  return `Of ${ALL_ENDPOINTS.length} endpoints ${exact} are exact, ${ALL_ENDPOINTS.length - exact - none} partial, ${none} not implemented.`;
}

function table(endpoints: readonly Endpoint[], recorded: readonly string[]): string {
  const rows = endpoints.map((endpoint) => [
    `\`${requestOf(endpoint)}\``,
    describeSupport(endpoint.support, isRecorded(endpoint, recorded)),
  ]);
  const cells = [["Endpoint", "Emulator"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], filler = " "): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(["", ""], "-"), ...body.map((row) => line(row))].join("\n");
}

function describeSupport(support: string, wasRecorded: boolean): string {
  const source = wasRecorded ? ", recorded" : "";
  if (support === EXACT) return `exact${source}`;
  return support === NONE ? "501" : `partial${source}: ${support}`;
}

/** Whether one of the requests is for this endpoint and for no other whose path has more words in common with it. */
function isRecorded(endpoint: Endpoint, recorded: readonly string[]): boolean {
  return recorded.some((request) => {
    const matching = ALL_ENDPOINTS.filter((each) => patternOf(each).test(request));
    const [closest] = matching.toSorted((a, b) => parametersIn(a) - parametersIn(b));
    return closest === endpoint;
  });
}

function patternOf(endpoint: Endpoint): RegExp {
  return new RegExp(`^${requestOf(endpoint).replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function parametersIn({ path }: Endpoint): number {
  return path.split("{").length;
}
