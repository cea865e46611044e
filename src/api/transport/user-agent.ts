import { VERSION } from "../../core/version.ts";

/** `bsmount/<version>`. */
export function defaultUserAgent(): string {
  return `bsmount/${VERSION}`;
}
