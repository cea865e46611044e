import { beforeEach, describe, expect, test } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import type { CompletedUpload } from "../../src/write/journal-events.ts";
import { readJournal } from "../../src/write/read-journal.ts";
import { stagingFolders } from "../../src/write/leftovers.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { UploadedContent, UploadTarget } from "../../src/write/upload-target.ts";
import { closeFile, NextMount } from "../helpers/adoption-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { content, PART } from "../helpers/upload-world.ts";

/* What is compared of an upload with the bytes that were sent, and what happens when it differs. */

const here = useStagedFiles();
const TEXT = content(3 * PART + 9);

/** Reads from BaseSpace, as a session does. */
const remoteContent: UploadedContent = {
  readRange: async ({ into, ...part }, signal) => {
    const { content } = here.world.client;
    await content.readRange({ ...part, into: [into], expected: undefined }, signal);
  },
};

/** BaseSpace states another ETag for complete files of several parts. */
function withEtag(etag: (etag: string) => string): UploadTarget {
  const { uploads } = here.world.client;
  return {
    whole: async (...call) => await uploads.whole(...call),
    begin: async (...call) => await uploads.begin(...call),
    part: async (...call) => await uploads.part(...call),
    complete: async (...call) => {
      const file = await uploads.complete(...call);
      return { ...file, etag: etag(file.etag ?? "") };
    },
    abort: async (...call) => await uploads.abort(...call),
    find: async (...call) => await uploads.find(...call),
    parts: async (...call) => await uploads.parts(...call),
    newest: async (...call) => await uploads.newest(...call),
    md5: async (bytes) => await uploads.md5(bytes),
  };
}

/** The MD5 of something else. */
const otherDigits = (etag: string): string => etag.replace(/^./, (c) => (c === "0" ? "1" : "0"));

/** What the journal says of the only file. */
async function recorded(): Promise<CompletedUpload | undefined> {
  const [folder = ""] = await stagingFolders(here.world.stagingPath);
  return (await readJournal(folder))?.files.get("1")?.completed;
}

const posts = (): number =>
  here.world.emulator.requests.filter(({ method }) => method !== "GET").length;

describe("the journal says how an upload was verified:", () => {
  test.each([
    ["parts", TEXT, ["size", "MD5 of each part", "ETag"]],
    ["one request", "short", ["size", "MD5"]],
  ])("[W26] one in %s", async (_how, text, verified) => {
    const file = await here.written("f", text);
    await closeFile(here.files, file);
    expect(await recorded()).toEqual({ fileId: file.id, uploadPath: "f", verified });
  });

  test.each([
    ["parts", TEXT, ["size", "MD5 of each part", "ETag", "read back"]],
    ["one request", "short", ["size", "MD5", "read back"]],
  ])("[W26] one in %s that is read back", async (_how, text, verified) => {
    await here.use({ content: remoteContent, verifiesUploads: true });
    const file = await here.written("f", text);
    await closeFile(here.files, file);
    expect(await recorded()).toMatchObject({ verified });
  });

  test("[W26] and so does the log, with the file", async () => {
    const lines: object[] = [];
    const logger = { info: (what: object) => void lines.push(what), error: () => {} };
    await here.use({ logger: logger as never });
    const file = await here.written("f", TEXT);
    await closeFile(here.files, file);
    const verified = ["size", "MD5 of each part", "ETag"];
    const expected = { path: "f", fileId: file.id, sizeBytes: TEXT.length, verified };
    expect(lines).toEqual([expect.objectContaining(expected)]);
  });
});

describe("an upload that is read back", () => {
  beforeEach(async () => await here.use({ content: remoteContent, verifiesUploads: true }));

  test.each([
    ["in parts", TEXT],
    ["in one request", "short"],
  ])(
    "[W26] fails its close when other bytes come, %s, and is uploaded once more",
    async (_how, text) => {
      here.world.emulator.addFaults("GET /objects/* corrupt");
      const file = await here.written("f", text);
      await expect(closeFile(here.files, file)).rejects.toMatchObject({
        reason: "unavailable",
        message: expect.stringMatching(/^f is damaged in BaseSpace, as file \d+: bytes \d+ to \d+/),
      });
      expect(file.content.isUnfinished).toBe(true);
      expect(await read(file)).toBe(text);
      expect(await recorded()).toMatchObject({ verified: [] });
      here.world.emulator.clearFaults();
      await closeFile(here.files, file);
      expect(await here.world.remote()).toEqual([`f=${text}`, `f=${text}`]);
      expect(await recorded()).toMatchObject({ fileId: file.id });
    },
  );

  test("[W26] is not taken for good by the next mount when other bytes came", async () => {
    here.world.emulator.addFaults("GET /objects/* corrupt");
    for (const text of [TEXT, "short"]) {
      const file = await here.written(`f${text.length}`, text);
      await expect(closeFile(here.files, file)).rejects.toThrow("is damaged");
    }
    here.world.emulator.clearFaults();
    const path = `${here.world.stagingPath}-next`;
    await using next = await NextMount.after(here.world.stagingPath, path, { here });
    const files = await here.world.client.appResults.files(here.world.appResultId).all();
    const adopted = await next.adopt({ newest: files.at(-1), listedUpTo: files.at(-1)?.id });
    for (const file of Object.values(adopted))
      await expect.poll(() => file.content.state).toBe("complete");
    expect(await here.world.remote()).toHaveLength(4);
  });

  test("[W26] is read once more when bytes were damaged on the way", async () => {
    here.world.emulator.addFaults("GET /objects/* n=1 corrupt");
    const file = await here.written("f", TEXT);
    await closeFile(here.files, file);
    expect(file.content.state).toBe("complete");
  });

  test("[W26] that cannot be read fails its close, and is only read again by the next one", async () => {
    here.world.emulator.addFaults("GET /files/*/content status=403");
    const file = await here.written("f", TEXT);
    await expect(closeFile(here.files, file)).rejects.toMatchObject({ reason: "access-denied" });
    expect(file.content.isUnfinished).toBe(true);
    here.world.emulator.clearFaults();
    const before = posts();
    await closeFile(here.files, file);
    expect(posts()).toBe(before);
    expect(file.content.state).toBe("complete");
    expect(await here.world.remote()).toEqual([`f=${TEXT}`]);
  });

  test("[W26] that was changed since it could not be read is uploaded as it is then", async () => {
    here.world.emulator.addFaults("GET /files/*/content status=403");
    const file = await here.written("f", TEXT);
    await expect(closeFile(here.files, file)).rejects.toThrow();
    here.world.emulator.clearFaults();
    await file.content.write(0, Buffer.from("X"));
    await closeFile(here.files, file);
    expect((await here.world.remote()).at(-1)).toBe(`f=X${TEXT.slice(1)}`);
  });

  test("[W26] may be empty", async () => {
    const file = await here.files.create(here.world.resultFile("f"));
    await here.files.finishing.finish(file, new AbortController().signal);
    expect(file.content.state).toBe("complete");
  });
});

describe("a complete file that does not have the bytes that were sent", () => {
  /** BaseSpace receives other bytes than it is sent, once, and says so. */
  function damagingOnce(): UploadTarget {
    const { uploads } = here.world.client;
    let isDamaged = false;
    return {
      ...withEtag((etag) => etag),
      whole: async (destination, body, options) => {
        if (isDamaged) return await uploads.whole(destination, body, options);
        isDamaged = true;
        const bytes = body.bytes.toReversed();
        const file = await uploads.whole(destination, { bytes }, options);
        throw Object.assign(new BsmountError("unavailable", "another ETag"), {
          wrongFileId: file.id,
        });
      },
    };
  }

  test("[W26] fails the close, is not shown, and the next close uploads the file once more", async () => {
    const damaged = async (): Promise<string | undefined> => {
      const files = await here.world.client.appResults.files(here.world.appResultId).all();
      return files[0]?.id;
    };
    await here.use({ target: damagingOnce() });
    const file = await here.written("f", "short");
    await expect(closeFile(here.files, file)).rejects.toMatchObject({
      name: "DamagedUploadError",
      message: expect.stringMatching(/^f is damaged in BaseSpace, as file \d+: another ETag/),
    });
    const damagedId = (await damaged()) ?? "";
    expect(await recorded()).toEqual({ fileId: damagedId, uploadPath: "f", verified: [] });
    expect(file.replaces).toContain(damagedId);
    await closeFile(here.files, file);
    expect(await here.world.remote()).toEqual(["f=trohs", "f=short"]);
    expect(here.files.whiteouts.isHidden(here.world.appResultId, damagedId)).toBe(true);
  });

  test("[W26] is not taken for the file by the next mount, which uploads it once more", async () => {
    await here.use({ target: damagingOnce() });
    const file = await here.written("f", "short");
    await expect(closeFile(here.files, file)).rejects.toThrow("is damaged");
    const path = `${here.world.stagingPath}-next`;
    await using next = await NextMount.after(here.world.stagingPath, path, { here });
    const files = await here.world.client.appResults.files(here.world.appResultId).all();
    const adopted = await next.adopt({ newest: files.at(-1), listedUpTo: files.at(-1)?.id });
    await expect.poll(() => adopted["f"]?.content.state).toBe("complete");
    expect(await here.world.remote()).toEqual(["f=trohs", "f=short"]);
  });

  test("is an older version when the content was changed before it could be verified", async () => {
    await here.use({ content: remoteContent, verifiesUploads: true });
    here.world.emulator.addFaults("GET /files/*/content status=403");
    const file = await here.written("f", "first");
    await expect(closeFile(here.files, file)).rejects.toThrow();
    here.world.emulator.clearFaults();
    await file.content.write(0, Buffer.from("F"));
    await closeFile(here.files, file);
    expect(file.content.olderIds.size).toBe(1);
  });
});

describe("an ETag that is not that of the parts", () => {
  test("[W26] fails the close, and the bytes stay", async () => {
    await here.use({ target: withEtag(otherDigits) });
    const file = await here.written("f", TEXT);
    await expect(closeFile(here.files, file)).rejects.toThrow(
      /f is damaged .* its ETag [0-9a-f]+-4/,
    );
    expect(file.content.isUnfinished).toBe(true);
    expect(await read(file)).toBe(TEXT);
  });

  test("[W26] is no error when the content that is read back is the one that was sent", async () => {
    await here.use({ target: withEtag(otherDigits), content: remoteContent });
    const file = await here.written("f", TEXT);
    await closeFile(here.files, file);
    expect(await recorded()).toMatchObject({ verified: ["size", "MD5 of each part", "read back"] });
  });

  test.each(["", "0123", `${"0".repeat(32)}-9`])(
    "[W26] proves nothing when it is %j, of another form or number of parts",
    async (etag) => {
      await here.use({ target: withEtag(() => etag) });
      const file = await here.written("f", TEXT);
      await closeFile(here.files, file);
      expect(await recorded()).toMatchObject({ verified: ["size", "MD5 of each part"] });
    },
  );
});

async function read({ content, sizeBytes }: StagedFile): Promise<string> {
  const bytes = Buffer.alloc(sizeBytes);
  await content.read(0, bytes);
  return bytes.toString();
}
