import type { Clock } from "../../core/clock.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { SignedLinks } from "../access/signed-links.ts";
import type { View } from "../serialise/view.ts";
import type { State } from "../state/state.ts";

/** What the controllers of the API work with. */
export interface Context {
  readonly state: State;
  readonly content: ContentStore;
  readonly links: SignedLinks;
  readonly view: View;
  readonly clock: Clock;
  /** What every part of an upload but the last has at the least. */
  readonly minPartBytes: number;
  /** What an upload in one piece has at the most. */
  readonly maxSingleBytes: number;
  /** Whether every wish of an app to sign in is granted at once. */
  readonly autoApprove: boolean;
}
