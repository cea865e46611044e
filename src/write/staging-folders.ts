import { createHash, randomBytes } from "node:crypto";
import { lstat, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { thisMachine } from "../linux/machine.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { syncFolder } from "../core/sync-folder.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { isUnstaged, type StagedUpload, stagedUploads } from "./leftovers.ts";
import { localDisk } from "./local-disk.ts";

/*
 * A user can stage files in another folder today than yesterday. What a mount left behind in yesterday's must not be
 * forgotten; so the state folder has a record of each folder that is used and is not the default one. A record is removed
 * when a session ends and finds its folder empty.
 *
 * Machines can share the state folder, and a disk can be away while another folder has its path: so a record says which
 * folder of which machine it is about, and only a session that finds that very folder removes it.
 */

/** A record of a folder that is not there any more, such as that of a batch job, is removed after this time. */
const KEPT_MS = 30 * 24 * 60 * 60_000;
const RECORD = /^[0-9a-f]{32}$/;

interface FolderRecord {
  readonly path: string;
  /** The machine id and the name of the machine. */
  readonly machine: string;
  /** What makes the folder another one than any that has its path later: see {@link identityOf}. */
  readonly folder: string;
}

export interface StagingFoldersOptions {
  /** Where files are staged now. */
  readonly current: string;
  /** Where they are staged unless an option says otherwise. It is always searched, and needs no record. */
  readonly usual: string;
  /** The folder of the records. */
  readonly records: string;
}

/** The folders in which this user stages files, or has staged files before. */
export class StagingFolders {
  readonly #options: StagingFoldersOptions;

  constructor(options: StagingFoldersOptions) {
    this.#options = options;
  }

  /** The current one first. It, or the usual one, may not be there yet. @throws BsmountError `environment` */
  async all(): Promise<readonly string[]> {
    const { current, usual } = this.#options;
    const there: string[] = [];
    for (const { path } of await this.#recorded()) if (await isOwn(path)) there.push(path);
    return [...new Set([current, usual, ...there])];
  }

  /** Recorded folders that are not there: their disk is not mounted, or somebody has removed them. */
  async missing(): Promise<readonly string[]> {
    return [...new Set((await this.#missing()).map(({ path }) => path))];
  }

  /** Removes what is recorded of a folder that is not there; false when there is no such record. */
  async forget(path: string): Promise<boolean> {
    const records = (await this.#missing()).filter((record) => record.path === path);
    for (const record of records) await rm(this.#fileOf(record), { force: true });
    return records.length > 0;
  }

  /** What cannot be searched: those that are missing, and the current one if an option names one that is not there. */
  async unsearched(): Promise<readonly string[]> {
    const { current, usual } = this.#options;
    const isNamed = current !== usual && (await identityOf(current)) === undefined;
    return [...new Set([...(isNamed ? [current] : []), ...(await this.missing())])];
  }

  /** Everything that is staged in any of them, oldest first. */
  async uploads(): Promise<readonly StagedUpload[]> {
    return await stagedUploads(...(await this.all()));
  }

  /**
   * Records the current folder, so that it is found however this process ends.
   * @throws BsmountError `environment`, `no-space`
   */
  async noteUse(): Promise<void> {
    const { current, usual } = this.#options;
    if (current === usual) return;
    await localDisk({ what: "find", path: current }, async () => await ensureSafeFolder(current));
    const folder = (await identityOf(current)) ?? "";
    await this.#note({ path: current, machine: ownMachine(), folder });
    await this.#forgetOld();
  }

  /** Removes the records of folders in which nothing is staged any more. */
  async noteEnd(): Promise<void> {
    for (const record of await this.#ownRecords()) {
      if (!(await isThere(record)) || !(await isUnstaged(record.path))) continue;
      await rm(this.#fileOf(record), { force: true });
      // A mount that has noted its use meanwhile may have made its folder since.
      if (!(await isUnstaged(record.path))) await this.#note(record);
    }
  }

  async #note(folder: FolderRecord): Promise<void> {
    const { records } = this.#options;
    const record = this.#fileOf(folder);
    await localDisk({ what: "write to", path: record }, async () => {
      await ensureSafeFolder(records);
      const beside = `${record}.${randomBytes(6).toString("hex")}`;
      try {
        await using file = await open(beside, "wx", 0o600);
        await file.writeFile(JSON.stringify(folder));
        await file.sync();
        await rename(beside, record);
      } finally {
        await rm(beside, { force: true });
      }
      await syncFolder(records);
    });
  }

  async #forgetOld(): Promise<void> {
    for (const folder of await this.#missing()) {
      const record = this.#fileOf(folder);
      const info = await unlessMissing(async () => await lstat(record));
      const isOld = info !== undefined && Date.now() - info.mtimeMs > KEPT_MS;
      if (isOld) await rm(record, { force: true });
    }
  }

  /** Of this machine: what others have cannot be seen from here. */
  async #missing(): Promise<readonly FolderRecord[]> {
    const missing: FolderRecord[] = [];
    for (const record of await this.#ownRecords())
      if (!(await isThere(record))) missing.push(record);
    return missing;
  }

  async #ownRecords(): Promise<readonly FolderRecord[]> {
    const machine = ownMachine();
    return (await this.#recorded()).filter((record) => record.machine === machine);
  }

  async #recorded(): Promise<readonly FolderRecord[]> {
    const { records } = this.#options;
    const names = (await unlessMissing(async () => await readdir(records))) ?? [];
    const found: FolderRecord[] = [];
    for (const name of names.filter((each) => RECORD.test(each)).toSorted()) {
      const text = await unlessMissing(async () => await readFile(join(records, name), "utf8"));
      const record = text === undefined ? undefined : recordIn(text);
      if (record !== undefined && this.#fileOf(record).endsWith(name)) found.push(record);
    }
    return found;
  }

  #fileOf({ path, machine, folder }: FolderRecord): string {
    const text = JSON.stringify([path, machine, folder]);
    const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    return join(this.#options.records, name);
  }
}

function recordIn(text: string): FolderRecord | undefined {
  try {
    const { path, machine, folder } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof path !== "string" || !isAbsolute(path)) return undefined;
    return { path, machine: String(machine), folder: String(folder) };
  } catch {
    return undefined;
  }
}

function ownMachine(): string {
  const { id, host } = thisMachine();
  return `${id} ${host}`;
}

async function isThere({ path, folder }: FolderRecord): Promise<boolean> {
  return (await isOwn(path)) && (await identityOf(path)) === folder;
}

/** Its inode, and when it was made, to the nanosecond: device numbers can change when the machine starts. */
async function identityOf(path: string): Promise<string | undefined> {
  const info = await unlessMissing(async () => await stat(path, { bigint: true }));
  return info === undefined ? undefined : `${info.ino} ${info.birthtimeNs}`;
}

async function isOwn(path: string): Promise<boolean> {
  const info = await unlessMissing(async () => await lstat(path));
  return info?.isDirectory() === true && info.uid === process.geteuid?.();
}
