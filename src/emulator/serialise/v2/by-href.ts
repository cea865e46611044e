import { parseHref } from "../../text/hrefs.ts";
import { applicationCompact } from "../application.ts";
import { ifFound, type Json, type View } from "../view.ts";
import { appSessionV2 } from "./app-session.ts";
import { bioSampleV2, libraryV2 } from "./biosample.ts";
import { datasetV2 } from "./dataset.ts";
import { fileV2 } from "./file.ts";
import { projectV2 } from "./project.ts";
import { runV2 } from "./run.ts";
import { userV2 } from "./user.ts";

type Compact = (view: View, id: string) => Json | undefined;

/** Samples and app results have no v2 form; they are shown in v1's. */
const COMPACT: Readonly<Record<string, Compact>> = {
  projects: (view, id) => ifFound(view.state.get("projects", id), (it) => projectV2(view, it)),
  appsessions: (view, id) =>
    ifFound(view.state.get("appsessions", id), (it) => appSessionV2(view, it)),
  runs: (view, id) => ifFound(view.state.get("runs", id), (it) => runV2(view, it)),
  files: (view, id) => ifFound(view.state.get("files", id), (it) => fileV2(view, it)),
  biosamples: (view, id) =>
    ifFound(view.state.get("biosamples", id), (it) => bioSampleV2(view, it)),
  libraries: (view, id) => ifFound(view.state.get("libraries", id), (it) => libraryV2(view, it)),
  datasets: (view, id) => ifFound(view.state.get("datasets", id), (it) => datasetV2(view, it)),
  users: (view, id) => ifFound(view.state.get("users", id), (it) => userV2(view, it.id)),
  applications: (view, id) =>
    ifFound(view.state.get("applications", id), (it) => applicationCompact(view, it.id)),
};

/** The v2 form of the entity that `href` names; undefined if there is no such entity or no v2 form. */
export function resourceByHrefV2(view: View, href: string): Json | undefined {
  const target = parseHref(href);
  if (target === undefined) return undefined;
  return COMPACT[target.noun]?.(view, target.id);
}
