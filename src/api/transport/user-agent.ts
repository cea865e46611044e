import { readFileSync } from "node:fs";

/** `bsmount/<version>`. package.json is three folders up, both from the sources and from dist. */
export function defaultUserAgent(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return `bsmount/${version}`;
}
