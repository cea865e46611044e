import type { Reference } from "../state/entities.ts";
import { compactByHref } from "./by-href.ts";
import type { Json, View } from "./view.ts";

/** References with the compact form of their targets; a reference to a removed entity has only its Href. */
export function referenceList(view: View, references: readonly Reference[]): Json[] {
  return references.map(({ rel, type, hrefContent }) => ({
    Rel: rel,
    Type: type,
    Href: hrefContent,
    HrefContent: hrefContent,
    Content: compactByHref(view, hrefContent),
  }));
}
