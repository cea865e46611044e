import { dripping, honest, type Scenario, type Twist } from "./hostile-server.ts";

/* What a hostile object store can send: a scenario for each kind of harm. */

function endless(status: number, headers: Readonly<Record<string, string>>): Twist {
  return (_upstream, response) => {
    response.writeHead(status, headers);
    const piece = Buffer.alloc(64 * 1024, "x");
    const send = (): void => void (response.destroyed || response.write(piece, send));
    send();
  };
}

export const HOSTILE_STORE: Readonly<Record<string, Scenario>> = {
  "content that drips": { twist: dripping, isSlow: true },
  "content without an end": {
    twist: (upstream, response) => {
      const { headers, status } = upstream;
      const { "content-length": _length, ...others } = headers;
      endless(status, others as Record<string, string>)(upstream, response);
    },
    isSlow: true,
  },
  "refusals without an end": { twist: endless(403, { "content-type": "application/xml" }) },
  "no ETag": {
    twist: ({ headers: { etag: _none, ...headers }, ...upstream }, response) => {
      honest({ ...upstream, headers }, response);
    },
    isSlow: true,
  },
  "another ETag each time": {
    twist: (upstream, response) => {
      const etag = `"${Math.random().toString(16).slice(2)}"`;
      honest({ ...upstream, headers: { ...upstream.headers, etag } }, response);
    },
    isSlow: true,
  },
  "redirects in a circle": {
    twist: ({ request }, response) => {
      response.writeHead(302, { location: `http://${request.headers.host}${request.url}` }).end();
    },
    isSlow: true,
  },
  "a head without an end": {
    twist: (_upstream, { socket }) => {
      const send = (error?: Error | null): void => {
        if (!error && socket?.destroyed === false)
          socket.write(`x: ${"a".repeat(60_000)}\r\n`, send);
      };
      socket?.write("HTTP/1.1 206 Partial Content\r\n", send);
    },
    isSlow: true,
  },
};
