/*
 * Begin here. `verify/` compares the emulator with recorded responses of the service. `verify-recordings.ts` above this
 * folder reads them (`read-recordings.ts`, `recording.ts`), starts an emulator whose catalog is derived from them
 * (`derive/`), sends each request (`replay.ts`) and calls the function below, which compares status, headers
 * (`compare-headers.ts`) and JSON (`compare-json.ts`).
 */

import { compareHeaders } from "./compare-headers.ts";
import { compareJson, type ComparisonOptions } from "./compare-json.ts";
import { Differences } from "./difference.ts";
import type { Headers } from "./recording.ts";

/** A response that was recorded or replayed. */
export interface ComparedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON, the text of any other body, or undefined without one. */
  readonly body: unknown;
}

/** Compares status, headers and body. For another status the rest would only repeat that it is another response. */
export function compareResponses(
  recorded: ComparedResponse,
  own: ComparedResponse,
  options: ComparisonOptions = {},
): Differences {
  const differences = new Differences();
  if (recorded.status !== own.status) {
    differences.add({
      kind: "status",
      where: "status",
      recorded: String(recorded.status),
      emulator: String(own.status),
    });
    return differences;
  }
  compareHeaders(differences, recorded.headers, own.headers);
  compareJson(differences, recorded.body, own.body, options);
  return differences;
}
