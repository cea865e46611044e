import type { Clock } from "../../core/clock.ts";
import type { SignedLinks } from "../access/signed-links.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { Genomics } from "../genomics/genomics.ts";
import type { View } from "../serialise/view.ts";
import type { State } from "../state/state.ts";

/*
 * Begin here. `services/` has what requests do: create results, upload files, delete sessions, and the filters of
 * lists. A controller parses the request and calls one of them with the `Context`; the service checks rights with
 * `access/`, changes `state/` in one transaction and bytes in `content/`, and throws a Problem to refuse.
 */

/** What services and controllers share. */
export interface Context {
  readonly state: State;
  readonly content: ContentStore;
  readonly links: SignedLinks;
  readonly view: View;
  readonly genomics: Genomics;
  readonly clock: Clock;
  /** The least size of every part of an upload except the last. */
  readonly minPartBytes: number;
  /** The limit of an upload in one piece. */
  readonly maxSingleBytes: number;
  /** Whether every sign-in is approved at once, without asking the user. */
  readonly autoApprove: boolean;
}
