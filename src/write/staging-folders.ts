import { createHash, randomBytes } from "node:crypto";
import { lstat, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { type StagedUpload, stagedUploads, stagingFolders } from "./leftovers.ts";
import { localDisk } from "./local-disk.ts";

/*
 * A user can stage files in another folder today than yesterday. What a mount left behind in yesterday's must not be
 * forgotten; so the state folder has a record, a file with a path, of each folder that is used and is not the default
 * one. A record is removed when a session ends and finds its folder empty.
 */

/** A record of a folder that is not there any more, such as that of a batch job, is removed after this time. */
const KEPT_MS = 30 * 24 * 60 * 60_000;
const RECORD = /^[0-9a-f]{32}$/;

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
    const recorded = await this.#recorded();
    const missing = new Set(await this.missing());
    return [...new Set([current, usual, ...recorded.filter((path) => !missing.has(path))])];
  }

  /** Recorded folders that this user does not have: their disk is not mounted, or somebody has removed them. */
  async missing(): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const path of await this.#recorded()) if (!(await isOwn(path))) missing.push(path);
    return missing;
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
    await this.#note(current);
    await this.#forgetOld();
  }

  /** Removes the records of folders in which nothing is staged any more. */
  async noteEnd(): Promise<void> {
    for (const path of await this.#recorded()) {
      if (!(await isEmpty(path))) continue;
      await rm(this.#recordOf(path), { force: true });
      // A mount that has noted its use meanwhile may have made its folder since.
      if (!(await isEmpty(path))) await this.#note(path);
    }
  }

  async #note(path: string): Promise<void> {
    const { records } = this.#options;
    const record = this.#recordOf(path);
    await localDisk({ what: "write to", path: record }, async () => {
      await ensureSafeFolder(records);
      const beside = `${record}.${randomBytes(6).toString("hex")}`;
      try {
        await using file = await open(beside, "wx", 0o600);
        await file.writeFile(path);
        await file.sync();
        await rename(beside, record);
      } finally {
        await rm(beside, { force: true });
      }
      await using folder = await open(records);
      await folder.sync();
    });
  }

  async #forgetOld(): Promise<void> {
    for (const path of await this.missing()) {
      const record = this.#recordOf(path);
      const info = await unlessMissing(async () => await lstat(record));
      const isOld = info !== undefined && Date.now() - info.mtimeMs > KEPT_MS;
      if (isOld) await rm(record, { force: true });
    }
  }

  async #recorded(): Promise<readonly string[]> {
    const { records } = this.#options;
    const names = (await unlessMissing(async () => await readdir(records))) ?? [];
    const paths: string[] = [];
    for (const name of names.filter((each) => RECORD.test(each)).toSorted()) {
      const path = await unlessMissing(async () => await readFile(join(records, name), "utf8"));
      if (path !== undefined && isAbsolute(path) && this.#recordOf(path).endsWith(name))
        paths.push(path);
    }
    return paths;
  }

  #recordOf(path: string): string {
    const name = createHash("sha256").update(path).digest("hex").slice(0, 32);
    return join(this.#options.records, name);
  }
}

async function isOwn(path: string): Promise<boolean> {
  const info = await unlessMissing(async () => await lstat(path));
  return info?.isDirectory() === true && info.uid === process.geteuid?.();
}

/** False for a folder that is not there: what was left in it may come back with its disk. */
async function isEmpty(path: string): Promise<boolean> {
  if (!(await isOwn(path))) return false;
  return (await stagingFolders(path)).length === 0;
}
