export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Fetches a page of the emulator as a browser without cookies and scripts does; with `form`, submits it. */
export async function page(url: string, form?: Record<string, string>): Promise<Page> {
  const body = form === undefined ? null : new URLSearchParams(form);
  const method = form === undefined ? "GET" : "POST";
  const response = await fetch(url, { method, body, redirect: "manual" });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The hidden fields of the form on a page. */
export function hiddenFields(text: string): Record<string, string> {
  const inputs = text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  const entries = [...inputs].map(([, name = "", value = ""]) => [name, unescapeHtml(value)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Opens an approval page and presses one of its buttons; returns the next page. */
export async function decideOnPage(
  url: string,
  decision: string,
  more: Record<string, string> = {},
): Promise<Page> {
  const shown = await page(url);
  const target = url.replace(/\?.*$/, "");
  return await page(target, { ...hiddenFields(shown.text), decision, ...more });
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
}
