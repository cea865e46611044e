import { parseHref } from "../text/hrefs.ts";
import { appResultCompact } from "./app-result.ts";
import { appSessionCompact } from "./app-session.ts";
import { fileCompact } from "./file.ts";
import { projectCompact } from "./project.ts";
import { runCompact } from "./run.ts";
import { sampleCompact } from "./sample.ts";
import { v2ByHref } from "./v2/by-href.ts";
import type { Json, View } from "./view.ts";

type Compact = (view: View, id: string) => Json | undefined;

const COMPACT: Readonly<Record<string, Compact>> = {
  projects: (view, id) => found(view.state.get("projects", id), (it) => projectCompact(view, it)),
  samples: (view, id) => found(view.state.get("samples", id), (it) => sampleCompact(view, it)),
  appresults: (view, id) =>
    found(view.state.get("appresults", id), (it) => appResultCompact(view, it)),
  appsessions: (view, id) =>
    found(view.state.get("appsessions", id), (it) => appSessionCompact(view, it)),
  runs: (view, id) => found(view.state.get("runs", id), (it) => runCompact(view, it)),
  files: (view, id) => found(view.state.get("files", id), fileCompact),
};

/** The compact form of what `href` names, v2's where v1 has none; undefined when there is no such thing. */
export function compactByHref(view: View, href: string): Json | undefined {
  const target = parseHref(href);
  if (target === undefined) return undefined;
  return COMPACT[target.noun]?.(view, target.id) ?? v2ByHref(view, href);
}

function found<T>(entity: T | undefined, compact: (entity: T) => Json): Json | undefined {
  return entity === undefined ? undefined : compact(entity);
}
