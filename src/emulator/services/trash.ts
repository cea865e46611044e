import type { Grants } from "../access/grants.ts";
import type { Context } from "./context.ts";
import { storedDate } from "../text/dates.ts";
import { noPermission } from "../http/problem.ts";
import { sessionSize } from "../serialise/app-session.ts";
import type { Draft } from "../state/draft.ts";
import type { AppSession, Parent } from "../state/entities.ts";
import type { TrashedEntity, TrashItem } from "../state/v2-entities.ts";
import type { State } from "../state/state.ts";

export interface Deletion {
  /** Only the files go; session and results stay. */
  readonly keepsMetadata: boolean;
  /** Nothing is kept for later. */
  readonly bypassesTrash: boolean;
}

/** Deletes a session with all that it made; gives what lies in the trash, if anything does. */
export async function deleteSession(
  context: Context,
  grants: Grants,
  session: AppSession,
  { keepsMetadata, bypassesTrash }: Deletion,
): Promise<TrashItem | undefined> {
  const { state, view, clock } = context;
  if (!grants.holds("movetotrash global")) throw noPermission("write", "AppSession");
  const contents = keepsMetadata ? filesMade(state, session) : allMade(state, session);
  const item = await state.transact((draft) => {
    const sizeBytes = sessionSize(view, session.id);
    for (const each of contents) mark(draft, each, true);
    return draft.put("trash", {
      id: draft.newId("trash"),
      userId: grants.userId,
      sessionId: session.id,
      name: session.name,
      sizeBytes,
      dateDeleted: storedDate(clock.now()),
      contents,
    });
  });
  if (!bypassesTrash) return item;
  await destroy(context, [item]);
  return undefined;
}

/** Everything that went with `item` is back where it was. */
export async function restore({ state }: Context, item: TrashItem): Promise<void> {
  await state.transact((draft) => {
    for (const each of item.contents) mark(draft, each, false);
    draft.remove("trash", item.id);
  });
}

/** Ends for good all that the user has in the trash. @throws Problem 403 without the right to */
export async function emptyTrash(context: Context, grants: Grants): Promise<void> {
  if (!grants.holds("empty trash")) throw noPermission("write", "Trash");
  const { state } = context;
  const items = [...state.all("trash")].filter(({ userId }) => userId === grants.userId);
  await destroy(context, items);
}

/** The contents go, their entities stay as removed ones: their paths answer 410 for ever. */
async function destroy({ state, content }: Context, items: readonly TrashItem[]): Promise<void> {
  const { keys, parts } = await state.transact((draft) => {
    const all = items.flatMap((item) => item.contents).flatMap((each) => filesIn(state, each));
    const gone = new Set(all);
    const found = keysOf(state, gone);
    for (const key of found) draft.remove("objects", key);
    for (const item of items) draft.remove("trash", item.id);
    return { keys: found, parts: endUploads(draft, gone) };
  });
  await content.discard(keys, "objects");
  await content.discard(parts, "parts");
}

/** Uploads that still waited get no more parts; gives the keys of those that came. */
function endUploads(draft: Draft, fileIds: ReadonlySet<string>): string[] {
  const waiting = [...fileIds]
    .map((id) => draft.need("files", id))
    .filter(({ uploadStatus }) => uploadStatus === "pending");
  for (const file of waiting) {
    draft.put("files", { ...file, uploadStatus: "aborted", parts: [] });
  }
  return waiting.flatMap(({ parts }) => parts.map(({ key }) => key));
}

function filesIn(state: State, { table, id }: TrashedEntity): string[] {
  if (table === "appsessions") return [];
  return table === "files" ? [id] : [...state.indexes.filesOf({ noun: table, id })];
}

/** The stored objects that the files have; those that the copy of a dataset has as well stay. */
function keysOf(state: State, fileIds: ReadonlySet<string>): string[] {
  const keys = new Set<string>();
  for (const id of fileIds) {
    const { objectKey = "" } = state.need("files", id);
    if (state.get("objects", objectKey)?.source.kind === "stored") keys.add(objectKey);
  }
  for (const { id, objectKey = "" } of state.all("files")) {
    if (!fileIds.has(id)) keys.delete(objectKey);
  }
  return [...keys];
}

function mark(draft: Draft, { table, id }: TrashedEntity, removed: boolean): void {
  draft.put(table, { ...draft.need(table, id), removed });
}

/** What is removed already stays so when the item comes back. */
function allMade(state: State, { id }: AppSession): TrashedEntity[] {
  const results = resultsOf(state, id).map(({ noun, id: made }) => ({ table: noun, id: made }));
  const all: TrashedEntity[] = [{ table: "appsessions", id }, ...results];
  return all.filter(({ table, id: each }) => state.need(table, each).removed !== true);
}

function filesMade(state: State, { id }: AppSession): TrashedEntity[] {
  return resultsOf(state, id)
    .flatMap((parent) => [...state.indexes.filesOf(parent)])
    .filter((file) => state.need("files", file).removed !== true)
    .map((file) => ({ table: "files", id: file }));
}

type Result = Parent & { readonly noun: "samples" | "appresults" | "datasets" };

function resultsOf({ indexes }: State, sessionId: string): Result[] {
  const all = (noun: Result["noun"], ids: Iterable<string>): Result[] =>
    [...ids].map((id) => ({ noun, id }));
  return [
    ...all("samples", indexes.samplesOfSession(sessionId)),
    ...all("appresults", indexes.appResultsOfSession(sessionId)),
    ...all("datasets", indexes.datasetsOfSession(sessionId)),
  ];
}
