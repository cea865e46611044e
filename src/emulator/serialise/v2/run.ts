import type { Run } from "../../state/entities.ts";
import { runKeys } from "../run.ts";
import { type Json, type View, withExtra } from "../view.ts";

/** In the form of v1, but without the page for people, which only v1 has been seen to name. */
export function runV2(view: View, run: Run): Json {
  return withExtra(run, { ...runKeys(view, run), HrefBaseSpaceUI: undefined });
}
