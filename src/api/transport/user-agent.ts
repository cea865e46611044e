import { readFileSync } from "node:fs";

/** `bsmount/<version>`; package.json lies two folders up, from the sources and from dist alike. */
export function defaultUserAgent(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return `bsmount/${version}`;
}
