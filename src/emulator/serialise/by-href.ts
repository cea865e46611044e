import { parseHref } from "../text/hrefs.ts";
import { appResultCompact } from "./app-result.ts";
import { appSessionCompact } from "./app-session.ts";
import { fileCompact } from "./file.ts";
import { projectCompact } from "./project.ts";
import { runCompact } from "./run.ts";
import { sampleCompact } from "./sample.ts";
import { resourceByHrefV2 } from "./v2/by-href.ts";
import { ifFound, type Json, type View } from "./view.ts";

type Compact = (view: View, id: string) => Json | undefined;

const COMPACT: Readonly<Record<string, Compact>> = {
  projects: (view, id) => ifFound(view.state.get("projects", id), (it) => projectCompact(view, it)),
  samples: (view, id) => ifFound(view.state.get("samples", id), (it) => sampleCompact(view, it)),
  appresults: (view, id) =>
    ifFound(view.state.get("appresults", id), (it) => appResultCompact(view, it)),
  appsessions: (view, id) =>
    ifFound(view.state.get("appsessions", id), (it) => appSessionCompact(view, it)),
  runs: (view, id) => ifFound(view.state.get("runs", id), (it) => runCompact(view, it)),
  files: (view, id) => ifFound(view.state.get("files", id), fileCompact),
};

/** The compact form of the entity that `href` names, v2's form if v1 has none; undefined if there is no such entity. */
export function compactByHref(view: View, href: string): Json | undefined {
  const target = parseHref(href);
  if (target === undefined) return undefined;
  return COMPACT[target.noun]?.(view, target.id) ?? resourceByHrefV2(view, href);
}
