import type { ServerResponse } from "node:http";

const STYLE =
  "body{font:18px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;color-scheme:light dark}";

/** Ends an exchange with a page of one sentence that loads nothing and keeps its address to itself. */
export function redirectPage(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>bsmount</title><style>${STYLE}</style><p>${sentence}</p></html>\n`,
  );
}
