import type { AppResult, BaseSpaceFile, Parent, Sample, TableName, Tables } from "./entities.ts";
import type { Dataset } from "./v2-entities.ts";

const INDEXED: ReadonlySet<TableName> = new Set(["files", "samples", "appresults", "datasets"]);

/** The children of each parent and the total size of its files, updated with every change. */
export class Indexes {
  readonly #children = new Map<string, Set<string>>();
  readonly #versions = new Map<string, object>();
  readonly #bytes = new Map<string, number>();

  filesOf(parent: Parent): Iterable<string> {
    return this.#get(`files of ${parent.noun} ${parent.id}`);
  }

  /** Returns the same object until a file of `parent` is added, removed or changed. */
  versionOfFiles(parent: Parent): object {
    const key = `files of ${parent.noun} ${parent.id}`;
    const version = this.#versions.get(key) ?? {};
    this.#versions.set(key, version);
    return version;
  }

  samplesOf(projectId: string): Iterable<string> {
    return this.#get(`samples of ${projectId}`);
  }

  appResultsOf(projectId: string): Iterable<string> {
    return this.#get(`appresults of ${projectId}`);
  }

  samplesOfSession(sessionId: string): Iterable<string> {
    return this.#get(`samples of session ${sessionId}`);
  }

  appResultsOfSession(sessionId: string): Iterable<string> {
    return this.#get(`appresults of session ${sessionId}`);
  }

  datasetsOf(projectId: string): Iterable<string> {
    return this.#get(`datasets of ${projectId}`);
  }

  datasetsOfSession(sessionId: string): Iterable<string> {
    return this.#get(`datasets of session ${sessionId}`);
  }

  /** The total size of the complete files, in bytes. */
  totalSize(parent: Parent): number {
    return this.#bytes.get(`${parent.noun} ${parent.id}`) ?? 0;
  }

  update(
    table: TableName,
    before: Tables[TableName] | undefined,
    after: Tables[TableName] | undefined,
  ): void {
    if (!INDEXED.has(table)) return;
    if (before !== undefined)
      this.#forEachKey(table, before, (key) => this.#remove(key, before.id));
    if (after !== undefined) this.#forEachKey(table, after, (key) => this.#add(key, after.id));
    if (table !== "files") return;
    this.#count(before as BaseSpaceFile | undefined, -1);
    this.#count(after as BaseSpaceFile | undefined, 1);
  }

  #get(key: string): Iterable<string> {
    return this.#children.get(key) ?? [];
  }

  #forEachKey(table: TableName, entity: Tables[TableName], visit: (key: string) => void): void {
    if (table === "files") {
      const { parent } = entity as BaseSpaceFile;
      visit(`files of ${parent.noun} ${parent.id}`);
      return;
    }
    const { projectId, appSessionId } = entity as Sample | AppResult | Dataset;
    visit(`${table} of ${projectId}`);
    visit(`${table} of session ${appSessionId}`);
  }

  #add(key: string, id: string): void {
    this.#versions.delete(key);
    const ids = this.#children.get(key);
    if (ids === undefined) this.#children.set(key, new Set([id]));
    else ids.add(id);
  }

  #remove(key: string, id: string): void {
    this.#versions.delete(key);
    this.#children.get(key)?.delete(id);
  }

  #count(file: BaseSpaceFile | undefined, sign: 1 | -1): void {
    if (file === undefined || file.uploadStatus !== "complete" || file.removed === true) return;
    const key = `${file.parent.noun} ${file.parent.id}`;
    this.#bytes.set(key, (this.#bytes.get(key) ?? 0) + sign * file.sizeBytes);
  }
}
