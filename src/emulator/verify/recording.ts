import { BsmountError } from "../../core/errors.ts";
import { shownText } from "../../core/shown-text.ts";

/** A recorded exchange that can be replayed. */
export interface Recording {
  /** The name of its file. */
  readonly file: string;
  readonly method: "GET" | "HEAD";
  /** Path and query of the request, without the recorded host. */
  readonly target: string;
  readonly status: number;
  readonly headers: Headers;
  /** The JSON; undefined if the response had no body, which recorders write as null or an empty text. */
  readonly body: unknown;
}

/** The values of headers by their names, of requests that were recorded or replayed. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** A file that was not replayed, and why. */
export interface SkippedRecording {
  readonly file: string;
  readonly reason: string;
}

/** Deeper JSON is refused, because all that reads it calls itself once for each level. */
const MAX_DEPTH = 64;
/** No more values than this may be in one recording. */
const MAX_VALUES = 500_000;

/** Reads one recording from the text of its file. @throws BsmountError `usage` that names the file and what is wrong */
export function parseRecording(file: string, text: string): Recording | SkippedRecording {
  const exchange = recordOf(file, "the recording", parseJson(file, text));
  const request = recordOf(file, "request", exchange["request"]);
  const method = textOf(file, "request.method", request["method"]).toUpperCase();
  const target = targetOf(file, textOf(file, "request.uri", request["uri"]));
  const status = statusOf(file, recordOf(file, "status", exchange["status"])["code"]);
  const headers = headersOf(file, exchange["headers"]);
  if (method !== "GET" && method !== "HEAD") {
    const reason = `${shownText(method, 20)} is not replayed, because recordings do not have the body of the request`;
    return { file, reason };
  }
  return { file, method, target, status, headers, body: exchange["body"] || undefined };
}

/** @throws BsmountError `usage`, always */
export function refuseRecording(file: string, problem: string, cause?: unknown): never {
  throw new BsmountError("usage", `${file} of the recordings cannot be used: ${problem}`, {
    cause,
    remedy: "see the format of recordings in src/emulator/README.md, or remove the file",
  });
}

/** @throws BsmountError `usage` for a text that is no JSON, and for JSON that is nested too deep or too big */
export function parseJson(file: string, text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    refuseRecording(file, "it is not JSON", cause);
  }
  checkSize(file, json);
  return json;
}

/** Counts without recursion, since the JSON may be nested deeper than the stack allows. */
function checkSize(file: string, json: unknown): void {
  let level: unknown[] = [json];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    values += level.length;
    if (depth > MAX_DEPTH) refuseRecording(file, `it is nested deeper than ${MAX_DEPTH} levels`);
    if (values > MAX_VALUES) refuseRecording(file, `it has more than ${MAX_VALUES} values`);
    level = level.flatMap((value) =>
      typeof value === "object" && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
}

function recordOf(file: string, at: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  return refuseRecording(file, `${at} is not an object`);
}

function textOf(file: string, at: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  return refuseRecording(file, `${at} is not a text`);
}

function targetOf(file: string, uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return refuseRecording(file, "request.uri is not an http address");
  }
  return `${url.pathname}${url.search}`;
}

function statusOf(file: string, code: unknown): number {
  if (Number.isInteger(code) && Number(code) >= 200 && Number(code) <= 599) return Number(code);
  return refuseRecording(file, "status.code is not a status between 200 and 599");
}

function headersOf(file: string, value: unknown): Headers {
  const entries = Object.entries(recordOf(file, "headers", value));
  return Object.fromEntries(
    entries.map(([name, values]) => {
      const isList = Array.isArray(values) && values.every((each) => typeof each === "string");
      if (!isList) refuseRecording(file, `headers.${shownText(name, 60)} is not a list of texts`);
      return [name, values];
    }),
  );
}
