import { randomBytes } from "node:crypto";
import { access, readdir, utimes, writeFile } from "node:fs/promises";
import { utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { md5OfFile } from "../../src/api/digests/md5-of-file.ts";
import { envelope, scriptedApi } from "../helpers/scripted-api.ts";
import { STORED_FILE, transferWorld } from "../helpers/transfer-world.ts";

const MIB = 1024 * 1024;
const bytes = randomBytes(3 * MIB + 17);
const gaveUp = new Error("gave up");

const world = transferWorld(bytes);

describe("a download that is aborted", () => {
  test("while its bytes are compared with the checksum leaves the target as it is", async () => {
    const file = await world.client.files.get(STORED_FILE);
    const controller = new AbortController();
    // The last byte is on disk when this is called, so only the comparison remains.
    const onProgress = ({ doneBytes }: { readonly doneBytes: number }): void => {
      if (doneBytes === bytes.length) controller.abort(gaveUp);
    };
    const { signal } = controller;
    const options = { checksum: true, partBytes: MIB, parallel: 1, signal, onProgress };
    const given = world.client.transfers.download.toFile(file, world.dir.join("out"), options);
    await expect(given).rejects.toBe(gaveUp);
    expect(await readdir(world.dir.path)).not.toContain("out");
  });

  test("while it looks at what an earlier one left does not end as a success", async () => {
    const file = await world.client.files.get(STORED_FILE);
    const cut = new AbortController();
    const first = world.client.transfers.download.toFile(file, world.dir.join("out"), {
      partBytes: MIB,
      parallel: 1,
      signal: cut.signal,
      onProgress: ({ doneBytes }) => {
        if (doneBytes === bytes.length) cut.abort(gaveUp);
      },
    });
    await expect(first).rejects.toBe(gaveUp);
    // Every part is there: nothing is fetched any more, so nothing but the looking can notice.
    const second = world.client.transfers.download.toFile(file, world.dir.join("out"), {
      partBytes: MIB,
      signal: AbortSignal.abort(gaveUp),
      onProgress: () => expect.unreachable("a part was looked at"),
    });
    await expect(second).rejects.toBe(gaveUp);
    await expect(access(world.dir.join("out"))).rejects.toThrow("ENOENT");
    await world.client.transfers.download.toFile(file, world.dir.join("out"), { partBytes: MIB });
    expect(await md5OfFile(world.dir.join("out"))).toBe(file.etag);
  });
});

describe("a comparison", () => {
  const known = { id: STORED_FILE, sizeBytes: bytes.length, etag: "0".repeat(32) };

  test.each([known.etag, `${known.etag}-1`])(
    "that is given up says so, with ETag %s",
    async (etag) => {
      await writeFile(world.dir.join("big"), bytes);
      const signal = AbortSignal.abort(gaveUp);
      const compared = world.client.transfers.compare(
        world.dir.join("big"),
        { ...known, etag },
        { signal },
      );
      await expect(compared).rejects.toBe(gaveUp);
    },
  );

  test("that is aborted half way says so", async () => {
    const controller = new AbortController();
    await writeFile(world.dir.join("big"), bytes);
    const md5 = md5OfFile(world.dir.join("big"), controller.signal);
    controller.abort(gaveUp);
    await expect(md5).rejects.toBe(gaveUp);
  });

  test("of a file that changes meanwhile knows nothing", async () => {
    await writeFile(world.dir.join("big"), bytes);
    await utimes(world.dir.join("big"), 1, 1);
    const file = await world.client.files.get(STORED_FILE);
    expect(await world.client.transfers.compare(world.dir.join("big"), file)).toBe("md5");
    // The ETag is requested after the size was compared.
    const changing = {
      id: file.id,
      sizeBytes: file.sizeBytes,
      get etag(): string {
        utimesSync(world.dir.join("big"), 2, 2);
        return file.etag ?? "";
      },
    };
    expect(await world.client.transfers.compare(world.dir.join("big"), changing)).toBe("unknown");
  });

  test("of a file that is not there says what it is about", async () => {
    await expect(world.client.transfers.compare(world.dir.join("no"), known)).rejects.toMatchObject(
      {
        reason: "not-found",
        message: `cannot read ${world.dir.join("no")}`,
      },
    );
  });
});

describe("a file that is said to be of eight petabytes", () => {
  const sizeBytes = Number.MAX_SAFE_INTEGER;

  test("is not made room for before the store has said so too", async () => {
    await using api = await scriptedApi((_request, url) => {
      if (url.pathname === "/store") {
        return { status: 206, headers: { "content-range": "bytes 0-2/3" }, body: "abc" };
      }
      const link = { HrefContent: `${api.origin}/store`, Expires: "2099-01-01T00:00:00Z" };
      return envelope(
        url.pathname.endsWith("/content")
          ? link
          : { Id: "7", Href: "v1pre3/files/7", Name: "f", Path: "f", Size: sizeBytes },
      );
    });
    const retry = { attempts: 1 };
    const options = { apiServer: api.origin, accessToken: "t", retry, environment: {} };
    await using hostile = new BaseSpace(options);
    const { download } = hostile.transfers;
    await expect(download.read("7")).rejects.toMatchObject({ reason: "too-big" });
    await expect(download.toFile("7", world.dir.join("out"))).rejects.toMatchObject({
      reason: "changed",
      message: expect.stringContaining("of file 7") as string,
    });
    expect(await readdir(world.dir.path)).toEqual([]);
  });

  test.each([0, -1, 0.5, Number.NaN])("nor cut into parts of %d bytes", async (partBytes) => {
    const file = { ...(await world.client.files.get(STORED_FILE)), sizeBytes };
    const options = { partBytes };
    await expect(
      world.client.transfers.download.toFile(file, world.dir.join("out"), options),
    ).rejects.toMatchObject({ reason: "usage" });
  });
});
