import type { View } from "../view.ts";

/** v2's Hrefs are absolute. */
export function v2Href(view: View, noun: string, id: string): string {
  return `${view.apiOrigin()}/v2/${noun}/${id}`;
}
