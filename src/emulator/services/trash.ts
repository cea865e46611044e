import type { Grants } from "../access/grants.ts";
import { noPermissionProblem } from "../http/problem.ts";
import { sessionSize } from "../serialise/app-session.ts";
import type { AppSession, Parent } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Transaction } from "../state/transaction.ts";
import type { TrashedEntity, TrashItem } from "../state/v2-entities.ts";
import { storedDate } from "../text/dates.ts";
import type { Context } from "./context.ts";

export interface Deletion {
  /** Only the files are deleted; the session and its results stay. */
  readonly keepsMetadata: boolean;
  /** The deletion is permanent. */
  readonly bypassesTrash: boolean;
}

/** Deletes a session with everything that it created. Returns the trash item, unless the trash is bypassed. */
export async function deleteSession(
  context: Context,
  grants: Grants,
  session: AppSession,
  { keepsMetadata, bypassesTrash }: Deletion,
): Promise<TrashItem | undefined> {
  const { state, view, clock } = context;
  if (!grants.hasClause("movetotrash global")) throw noPermissionProblem("write", "AppSession");
  const contents = keepsMetadata ? filesMadeBy(state, session) : entitiesMadeBy(state, session);
  const item = await state.transact((transaction) => {
    const sizeBytes = sessionSize(view, session.id);
    for (const each of contents) setRemoved(transaction, each, true);
    return transaction.put("trash", {
      id: transaction.newId("trash"),
      userId: grants.userId,
      sessionId: session.id,
      name: session.name,
      sizeBytes,
      dateDeleted: storedDate(clock.now()),
      contents,
    });
  });
  if (!bypassesTrash) return item;
  await deletePermanently(context, [item]);
  return undefined;
}

/** Restores everything that was deleted with `item`. */
export async function restoreFromTrash({ state }: Context, item: TrashItem): Promise<void> {
  await state.transact((transaction) => {
    for (const each of item.contents) setRemoved(transaction, each, false);
    transaction.remove("trash", item.id);
  });
}

/** Deletes everything in the user's trash permanently. @throws Problem 403 without the right to do so */
export async function emptyTrash(context: Context, grants: Grants): Promise<void> {
  if (!grants.hasClause("empty trash")) throw noPermissionProblem("write", "Trash");
  const { state } = context;
  const items = [...state.all("trash")].filter(({ userId }) => userId === grants.userId);
  await deletePermanently(context, items);
}

/** Deletes the contents. The entities stay as removed ones, so that their paths return 410. */
async function deletePermanently(
  { state, content }: Context,
  items: readonly TrashItem[],
): Promise<void> {
  const { keys, parts } = await state.transact((transaction) => {
    const all = items.flatMap((item) => item.contents).flatMap((each) => fileIdsOf(state, each));
    const fileIds = new Set(all);
    const found = unsharedObjectKeys(state, fileIds);
    for (const key of found) transaction.remove("objects", key);
    for (const item of items) transaction.remove("trash", item.id);
    return { keys: found, parts: abortUploads(transaction, fileIds) };
  });
  await content.discard(keys, "objects");
  await content.discard(parts, "parts");
}

/** Aborts the pending uploads among the files and returns the keys of their parts. */
function abortUploads(transaction: Transaction, fileIds: ReadonlySet<string>): string[] {
  const pending = [...fileIds]
    .map((id) => transaction.need("files", id))
    .filter(({ uploadStatus }) => uploadStatus === "pending");
  for (const file of pending) {
    transaction.put("files", { ...file, uploadStatus: "aborted", parts: [] });
  }
  return pending.flatMap(({ parts }) => parts.map(({ key }) => key));
}

function fileIdsOf(state: State, { table, id }: TrashedEntity): string[] {
  if (table === "appsessions") return [];
  return table === "files" ? [id] : [...state.indexes.filesOf({ noun: table, id })];
}

/** The stored objects of the files, without those that a copy of a dataset shares. */
function unsharedObjectKeys(state: State, fileIds: ReadonlySet<string>): string[] {
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

function setRemoved(
  transaction: Transaction,
  { table, id }: TrashedEntity,
  removed: boolean,
): void {
  transaction.put(table, { ...transaction.need(table, id), removed });
}

/** Without what is removed already, so that restoring the item does not restore it. */
function entitiesMadeBy(state: State, { id }: AppSession): TrashedEntity[] {
  const results = resultsOf(state, id).map(({ noun, id: made }) => ({ table: noun, id: made }));
  const all: TrashedEntity[] = [{ table: "appsessions", id }, ...results];
  return all.filter(({ table, id: each }) => state.need(table, each).removed !== true);
}

function filesMadeBy(state: State, { id }: AppSession): TrashedEntity[] {
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
