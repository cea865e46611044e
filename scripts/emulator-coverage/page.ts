import { type Endpoint, EXACT, NONE } from "../../src/emulator/coverage/endpoint.ts";
import { PAGES, V1_ENDPOINTS } from "../../src/emulator/coverage/v1-endpoints.ts";
import { V2_ENDPOINTS } from "../../src/emulator/coverage/v2-endpoints.ts";

export const ALL_ENDPOINTS: readonly Endpoint[] = [...PAGES, ...V1_ENDPOINTS, ...V2_ENDPOINTS];

/** `GET /v1pre3/files/{id}` */
export function requestOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}

/**
 * The page of the emulator's endpoints, in Markdown as the formatter has it. `routes` are those that the
 * emulator has.
 *
 * @throws Error for a route that no table names, or an endpoint that the emulator has no route for
 */
export function coveragePage(routes: readonly string[]): string {
  checkRoutes(routes);
  return `# What the emulator implements

Made by \`npm run emulator-coverage\` from the emulator's routes and the tables in \`src/emulator/coverage/\`: every
endpoint of BaseSpace that the project knows of. A test asks each of them.

- **exact**: as documented or recorded; what the documents leave open is in [the emulator's choices](../src/emulator/README.md#choices-where-the-service-is-not-documented).
- **partial**: what is missing, or otherwise than in the service, stands beside it.
- **501**: the emulator answers that it does not implement it. A path that BaseSpace does not have is 404.

${summary()}

## Sign-in pages

${table(PAGES)}

## v1pre3

${table(V1_ENDPOINTS)}

## v2

${table(V2_ENDPOINTS)}
`;
}

function checkRoutes(routes: readonly string[]): void {
  const known = new Set(ALL_ENDPOINTS.map((endpoint) => shapeOf(requestOf(endpoint))));
  const own = new Set(routes.map(shapeOf));
  const unknown = routes.filter((route) => !known.has(shapeOf(route)));
  const missing = ALL_ENDPOINTS.map(requestOf).filter((request) => !own.has(shapeOf(request)));
  if (unknown.length + missing.length === 0) return;
  throw new Error(
    `src/emulator/coverage/ names no ${unknown.join(", ") || "route that is not there"}; the emulator has no route for ${missing.join(", ") || "none of its rows"}`,
  );
}

/** Parameters have no names in it, as they differ between the documents and the routes. */
function shapeOf(request: string): string {
  return request.replaceAll(/\{\w+\}/g, "{}");
}

function summary(): string {
  const count = (which: (here: string) => boolean): number =>
    ALL_ENDPOINTS.filter(({ here }) => which(here)).length;
  const exact = count((here) => here === EXACT);
  const none = count((here) => here === NONE);
  return `Of ${ALL_ENDPOINTS.length} endpoints ${exact} are exact, ${ALL_ENDPOINTS.length - exact - none} partial, ${none} not implemented.`;
}

function table(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map((endpoint) => [`\`${requestOf(endpoint)}\``, words(endpoint.here)]);
  const cells = [["Endpoint", "Here"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], filler = " "): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(["", ""], "-"), ...body.map((row) => line(row))].join("\n");
}

function words(here: string): string {
  if (here === EXACT) return "exact";
  return here === NONE ? "501" : `partial: ${here}`;
}
