import type { Run } from "../../state/entities.ts";
import { runKeys } from "../run.ts";
import { type Json, type View, withExtra } from "../view.ts";

/** v1's form without HrefBaseSpaceUI, which was recorded only for v1. */
export function runV2(view: View, run: Run): Json {
  return withExtra(run, { ...runKeys(view, run), HrefBaseSpaceUI: undefined });
}
