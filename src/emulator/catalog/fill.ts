import { randomBytes } from "node:crypto";
import type { ContentStore } from "../content/content-store.ts";
import type { State } from "../state/state.ts";
import { fillBioSample } from "./fill-biosamples.ts";
import { type FillContext, startFillContext } from "./fill-context.ts";
import { fillPeople, fillTokens } from "./fill-people.ts";
import { fillProject } from "./fill-projects.ts";
import { fillRun } from "./fill-runs.ts";
import { fillSession } from "./fill-sessions.ts";
import { importContents } from "./import-contents.ts";
import { expandFolders } from "./import-folder.ts";
import type { LoadedCatalog } from "./load.ts";

/*
 * Begin here. `catalog/` turns a JSON catalog into the first state of a local BaseSpace. start-emulator.ts calls
 * load.ts, which reads and validates it (`schema.ts` has the keys, `validate.ts` the checks), and then the
 * function below, which imports the contents of its files and stores one entity after another (`fill-*.ts`).
 */

/** Puts a catalog and the emulator's own settings into an empty state, either all of it or nothing. */
export async function fillFromCatalog(
  state: State,
  content: ContentStore,
  { catalog, folder }: LoadedCatalog,
): Promise<void> {
  const whole = await expandFolders(catalog, folder);
  const contents = await importContents(whole, folder, content);
  await state.transact((transaction) => {
    const start = startFillContext(transaction, whole, contents);
    const context: FillContext = { ...start, author: fillPeople(start) };
    for (const session of whole.appSessions ?? []) fillSession(context, session);
    for (const project of whole.projects ?? []) fillProject(context, project);
    for (const run of whole.runs ?? []) fillRun(context, run);
    for (const bioSample of whole.bioSamples ?? []) fillBioSample(context, bioSample);
    fillTokens(context, Date.now());
    transaction.put("settings", { id: "first-user", value: context.author.userId });
    transaction.put("settings", { id: "own-application", value: context.author.applicationId });
    transaction.put("settings", { id: "link-secret", value: randomBytes(32).toString("hex") });
  });
}
