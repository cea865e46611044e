import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import { STYLE } from "./style.ts";

/*
 * Begin here. `pages/` has the HTML of sign-in: what the user approves (`approval.ts`) and short messages
 * (`messages.ts`). `controllers/oauth-pages.ts` decides which page to send.
 */

/** HTML that is inserted into a page without escaping. */
export interface Html {
  readonly html: string;
}

/** Makes HTML of a template; values are escaped unless they are HTML themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((string, at) => `${string}${render(values[at] ?? "")}`);
  return { html: parts.join("") };
}

type HtmlValue = string | Html | readonly Html[];

function render(value: HtmlValue): string {
  if (typeof value === "string") return escapeHtml(value);
  return "html" in value ? value.html : value.map((item) => item.html).join("");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** @default 200 */
  readonly status?: number;
  /** Another origin to which the page's form may redirect. */
  readonly formTarget?: string;
}

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Sends a page that runs no script, loads nothing, cannot be framed and sends no referrer. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { title, body, status = 200, formTarget = "" } = page;
  const policy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self' ${formTarget}; frame-ancestors 'none'; base-uri 'none'`;
  return reply
    .status(status)
    .headers({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.replace(" ;", ";"),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    })
    .send(documentOf(title, body));
}

function documentOf(title: string, body: Html): string {
  const head = html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>`;
  return `<!doctype html>
<html lang="en"><head>${head.html}<style>${STYLE}</style></head>
<body><main>
<header><span class="mark" aria-hidden="true"></span>BaseSpace <em>emulator</em></header>
${body.html}
</main></body></html>
`;
}
