import type { Reference } from "../state/entities.ts";
import { compactByHref } from "./by-href.ts";
import type { Json, View } from "./view.ts";

/** References with the compact form of what they point at; what is gone keeps its Href alone. */
export function referenceList(view: View, references: readonly Reference[]): Json[] {
  return references.map(({ rel, type, hrefContent }) => ({
    Rel: rel,
    Type: type,
    Href: hrefContent,
    HrefContent: hrefContent,
    Content: compactByHref(view, hrefContent),
  }));
}
