import { randomBytes } from "node:crypto";
import type { ContentStore } from "../content/content-store.ts";
import type { State } from "../state/state.ts";
import { adoptContents } from "./import-contents.ts";
import { fillBioSample } from "./fill-biosamples.ts";
import { fillPeople, fillTokens } from "./fill-people.ts";
import { fillProject } from "./fill-projects.ts";
import { fillRun } from "./fill-runs.ts";
import { fillSession } from "./fill-sessions.ts";
import { type Filling, startFilling } from "./fill-context.ts";
import { expandFolders } from "./import-folder.ts";
import type { LoadedCatalog } from "./load.ts";

/** Puts a catalog, and what the emulator itself has to remember, into an empty state: all or nothing. */
export async function fillFromCatalog(
  state: State,
  content: ContentStore,
  { catalog, folder }: LoadedCatalog,
): Promise<void> {
  const whole = await expandFolders(catalog, folder);
  const contents = await adoptContents(whole, folder, content);
  await state.transact((draft) => {
    const start = startFilling(draft, whole, contents);
    const filling: Filling = { ...start, author: fillPeople(start) };
    for (const session of whole.appSessions ?? []) fillSession(filling, session);
    for (const project of whole.projects ?? []) fillProject(filling, project);
    for (const run of whole.runs ?? []) fillRun(filling, run);
    for (const bioSample of whole.bioSamples ?? []) fillBioSample(filling, bioSample);
    fillTokens(filling, Date.now());
    draft.put("settings", { id: "first-user", value: filling.author.userId });
    draft.put("settings", { id: "own-application", value: filling.author.applicationId });
    draft.put("settings", { id: "link-secret", value: randomBytes(32).toString("hex") });
  });
}
