import { randomBytes } from "node:crypto";
import {
  appendFile,
  chmod,
  link,
  open,
  readdir,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { FileEntry } from "../../src/api/models/models.ts";
import { fileSource } from "../../src/api/transfers/upload-source.ts";
import { SharedBuffers } from "../../src/core/shared-buffers.ts";
import { OPEN_RESULT, transferWorld } from "../helpers/transfer-world.ts";

/* A file that changes while it is uploaded: nothing of which a part is old and a part new is ever complete. */

const PART = 5 * 1024 * 1024;
const bytes = randomBytes(26_000_000);
const world = transferWorld(Buffer.from("stored"));

/** As a program does that writes into the middle of a file. */
async function overwrite(path: string, at: number): Promise<void> {
  const file = await open(path, "r+");
  await file.write(Buffer.from("other"), 0, 5, at);
  await file.close();
}

const later = async (path: string): Promise<void> => {
  const { atime, mtimeMs } = await stat(path);
  await utimes(path, atime, new Date(mtimeMs + 5000));
};

/** What happens to the file, and whether that makes it another one. */
const changes: Readonly<
  Record<string, { change: (path: string) => Promise<void>; isOther: boolean }>
> = {
  "its bytes": { change: async (path) => await overwrite(path, 10), isOther: true },
  "its bytes, and its date is set back": {
    change: async (path) => {
      const { atime, mtime } = await stat(path);
      await overwrite(path, 10);
      await utimes(path, atime, mtime);
    },
    isOther: true,
  },
  "its size, as it grows": { change: async (path) => await appendFile(path, "x"), isOther: true },
  "its size, and its date is set back": {
    change: async (path) => {
      const { atime, mtime } = await stat(path);
      await appendFile(path, "x");
      await utimes(path, atime, mtime);
    },
    isOther: true,
  },
  "its size, as it shrinks": {
    change: async (path) => await truncate(path, 25_500_000),
    isOther: true,
  },
  "its size, as it is emptied": { change: async (path) => await truncate(path, 0), isOther: true },
  "its date alone": { change: later, isOther: true },
  "its mode alone": { change: async (path) => await chmod(path, 0o600), isOther: false },
  "its names alone": { change: async (path) => await link(path, `${path}.link`), isOther: false },
};

const listed = async (): Promise<FileEntry[]> =>
  await world.client.appResults.files(OPEN_RESULT).all();

const pending = async (): Promise<number> => {
  const response = await world.emulator.get(
    `appresults/${OPEN_RESULT}/files?Statuses=pending&Limit=0`,
  );
  return ((await response.json()) as { Response: { TotalCount: number } }).Response.TotalCount;
};

/** Its date is not that of the test: a clock that ticks seldom would hide a change. */
async function newFile(content: Buffer): Promise<string> {
  const path = world.dir.join("f");
  await writeFile(path, content);
  await utimes(path, new Date(), new Date("2020-02-02"));
  return path;
}

describe.each(Object.entries(changes))(
  "an upload of a file that changes %s",
  (title, { change, isOther }) => {
    test("after a part of it was sent is complete only when it is the same", async () => {
      const path = await newFile(bytes);
      const [before, destination] = [await listed(), { appResultId: OPEN_RESULT, path: title }];
      let changed: Promise<void> | undefined;
      const upload = world.client.transfers.upload(destination, path, {
        partBytes: PART,
        parallel: 1,
        journal: world.dir.join("journal"),
        onProgress: ({ doneBytes }) => {
          if (doneBytes >= 2 * PART) changed ??= change(path);
        },
      });
      if (!isOther) {
        const { id } = await upload;
        expect(Buffer.from(await world.client.transfers.download.read(id)).equals(bytes)).toBe(
          true,
        );
      } else {
        await expect(upload).rejects.toMatchObject({
          reason: "changed",
          remedy: expect.any(String),
        });
        expect(await listed()).toEqual(before);
      }
      await changed;
      expect(await pending()).toBe(0);
      expect(await readdir(world.dir.path)).not.toContain("journal");
    });

    test("is seen by its source, also when all of it has been read", async () => {
      const path = await newFile(bytes);
      await using source = await fileSource(path, new SharedBuffers(0));
      const seen = source.use({ start: 0, end: 1 }, async () => {
        await change(path);
        return await source.isUntouched();
      });
      if (isOther && title !== "its bytes, and its date is set back") {
        await expect(seen).rejects.toMatchObject({ reason: "changed" });
      } else expect(await seen).toBe(false);
    });
  },
);
