import type { ContentStore } from "../content/content-store.ts";
import { FolderContentStore } from "../content/folder-store.ts";
import { MemoryContentStore } from "../content/memory-store.ts";
import { noJournal } from "../state/journal.ts";
import { lmdbJournal } from "../state/lmdb-journal.ts";
import { State } from "../state/state.ts";
import { DataFolder } from "./data-folder.ts";
import { RequestLog } from "./request-log.ts";

/** What an emulator stores: entities, contents and the request log. */
export interface Storage extends AsyncDisposable {
  readonly state: State;
  readonly content: ContentStore;
  readonly log: RequestLog;
  readonly dataDir: string | undefined;
}

/** Opens a storage in memory, or in `dataDir`: `state.lmdb`, `objects/`, `parts/`, `incoming/`, `requests.jsonl`. */
export async function openStorage(dataDir: string | undefined): Promise<Storage> {
  return dataDir === undefined ? memoryStorage() : await folderStorage(dataDir);
}

function memoryStorage(): Storage {
  const log = new RequestLog();
  const state = new State(noJournal);
  const content = new MemoryContentStore();
  return { state, content, log, dataDir: undefined, [Symbol.asyncDispose]: async () => {} };
}

async function folderStorage(dataDir: string): Promise<Storage> {
  const folder = await DataFolder.acquire(dataDir);
  try {
    const content = await FolderContentStore.open(folder.path);
    const state = new State(lmdbJournal(folder.join("state.lmdb")));
    const log = new RequestLog(folder.join("requests.jsonl"));
    const dispose = async (): Promise<void> => {
      await state.close();
      await log.close();
      await folder[Symbol.asyncDispose]();
    };
    return { state, content, log, dataDir: folder.path, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}
