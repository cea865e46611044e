import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a text. */
  readonly body?: unknown;
}

/** Receives a request and returns the response; undefined leaves the request without one. */
export type Script = (
  request: IncomingMessage,
  url: URL,
) => ScriptedResponse | undefined | ((response: ServerResponse) => void);

/** An API server on loopback with the responses of a test. */
export interface ScriptedApi extends AsyncDisposable {
  readonly origin: string;
  readonly received: IncomingMessage[];
  script: Script;
}

export async function scriptedApi(script: Script): Promise<ScriptedApi> {
  const received: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    received.push(request);
    const scripted = api.script(request, new URL(request.url ?? "/", "http://api.invalid"));
    if (typeof scripted === "function") scripted(response);
    else if (scripted !== undefined) send(response, scripted);
  });
  // Only the client closes idle connections.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api: ScriptedApi = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    script,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body }: ScriptedResponse,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** A v1 response with `response` in its envelope. */
export function envelope(response: unknown): ScriptedResponse {
  return { body: { Response: response, ResponseStatus: {}, Notifications: [] } };
}

export interface Recording {
  readonly request: { readonly method: string; readonly uri: string };
  readonly status: { readonly code: number };
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A response of the live service, by the name of its file. */
export async function recording(name: string): Promise<Recording> {
  const file = new URL(`../fixtures/recordings/${name}.json`, import.meta.url);
  return JSON.parse(await readFile(file, "utf8")) as Recording;
}
