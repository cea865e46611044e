import { type IncomingMessage, request } from "node:http";
import { BsmountError } from "../../core/errors.ts";
import type { ComparedResponse } from "./compare-responses.ts";
import type { Recording } from "./recording.ts";

/** The emulator that receives the requests. */
export interface ReplayTarget {
  readonly apiServer: string;
  readonly accessToken: string;
}

const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * Sends the recorded request to an emulator. A request whose recorded status is 401 is sent without a token, since
 * recordings do not have the headers of requests.
 *
 * @throws BsmountError `unavailable` for a response that does not arrive or is too big
 */
export async function replay(
  { file, method, target, status }: Recording,
  { apiServer, accessToken }: ReplayTarget,
  signal: AbortSignal,
): Promise<ComparedResponse> {
  const { hostname, port } = new URL(apiServer);
  try {
    return await new Promise((resolve, reject) => {
      const sent = request(
        {
          hostname,
          port,
          method,
          path: target,
          headers: status === 401 ? {} : { authorization: `Bearer ${accessToken}` },
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        },
        (response) => void receive(response).then(resolve, reject),
      );
      sent.on("error", reject).end();
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new BsmountError("unavailable", `the emulator did not respond to ${file}`, { cause });
  }
}

async function receive(response: IncomingMessage): Promise<ComparedResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) {
      throw new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const { statusCode = 0, headersDistinct } = response;
  const isJson = /^application\/json\b/.test(response.headers["content-type"] ?? "");
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    status: statusCode,
    headers: Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values = []]) => [name, values]),
    ),
    body: bodyOf(text, isJson),
  };
}

function bodyOf(text: string, isJson: boolean): unknown {
  if (text === "") return undefined;
  return isJson ? (JSON.parse(text) as unknown) : text;
}
