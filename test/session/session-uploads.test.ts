import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { failures } from "../../src/core/telemetry.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { ControlServer } from "../../src/mount/control-server.ts";
import { askMount } from "../../src/mount/control-client.ts";
import {
  handleUploadsRequest,
  isUploadsRequest,
  type UploadsPage,
} from "../../src/mount/uploads-control.ts";
import type { ListedUpload } from "../../src/session/upload-list.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* The unfinished files of a session, and what `.bsmount` says of them. */

const FILES = "/projects/P/appresults/R/files";

let home: TempDir;
let emulator: TestEmulator;
let session: Session;

beforeEach(async () => {
  home = await tempDir();
  const appResults = [{ name: "R", status: "Running" as const }];
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: home.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer }, environment);
  session = await openSession(config, { logger: silentLogger, hasOwnFiles: true }, neverAborted);
});

afterEach(async () => {
  session.hurry();
  await session[Symbol.asyncDispose]();
  await emulator.close();
  await home[Symbol.asyncDispose]();
});

async function written(name: string, text = name): Promise<Handle> {
  const { fileSystem: fs } = session;
  const handle = await fs.change.create(await walkerOf(fs).inoOf(FILES), name, 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from(text), neverAborted);
  return handle;
}

async function own(name: string): Promise<string> {
  const { fileSystem: fs } = session;
  const handle = await fs.open(await walkerOf(fs).inoOf(`/.bsmount/${name}`), 0, neverAborted);
  const bytes = Buffer.alloc(1024 * 1024);
  const count = await fs.read(handle, 0, bytes, neverAborted);
  fs.release(handle);
  return bytes.toString("utf8", 0, count);
}

async function only(): Promise<ListedUpload> {
  const [upload, ...others] = await uploads().list(undefined, neverAborted);
  if (upload === undefined || others.length > 0) throw new Error("there is not one file");
  return upload;
}

const uploads = (): Session["unfinishedUploads"] => session.unfinishedUploads;

describe("an upload that nobody waits for", () => {
  it("[W25] is among the errors when it fails, with the reason and the request", async () => {
    emulator.addFaults("POST /appresults/*/files status=403");
    // As a mapping that is written after the last close: the kernel only releases the file.
    session.fileSystem.release(await written("f\u241bg", "abc"));
    await expect.poll(async () => await own("errors")).toMatch(/\tupload\tEACCES\t/);
    const [line = "", end] = (await own("errors")).split("\n");
    expect(end).toBe("");
    expect(line).toMatch(
      /^\d{4}-.*Z\tupload\tEACCES\t\/projects\/P\/appresults\/R\/files\/f␛g\t.*403.*\t.*\t\S+$/,
    );
    const [error] = JSON.parse(await own("errors.json")) as object[];
    expect(error).toMatchObject({ operation: "upload", errno: "EACCES", reason: "access-denied" });
    expect(await own("uploads")).toMatch(/^failed\t3\t0\t/);
  });

  it("[W25] keeps the newest two hundred failures, without secrets and without escapes", async () => {
    for (let number = 0; number < 250; number += 1) {
      const error = new Error(`number ${number} of ${emulator.accessToken} \u001b[31m\n\tx`);
      failures.publish({ operation: "read", path: `/a\u001b]0;${number}\n`, errno: 5, error });
    }
    const lines = (await own("errors")).trimEnd().split("\n");
    expect(lines.length).toBe(200);
    expect(lines[0]).toContain("number 50 of …");
    expect(lines.at(-1)).toMatch(/number 249 of … /);
    const text = lines.join("\n") + (await own("errors.json"));
    expect(text).not.toContain(emulator.accessToken);
    expect(text).not.toContain("\u001b");
    expect(lines.every((each) => each.split("\t").length === 7)).toBe(true);
  });
});

describe("the unfinished files of a session", () => {
  it("[W24] are given up while they are open only if their close waits", async () => {
    const [path] = [`${FILES}/f`];
    const handle = await written("f");
    const { file, state } = await only();
    expect(state).toBe("being written");
    await expect(uploads().discard(file, neverAborted)).rejects.toMatchObject({
      message: `cannot discard: ${path} is open for writing`,
    });
    emulator.addFaults("POST /appresults/*/files delay=30s");
    const flush = session.fileSystem.flush(handle, async () => "closed", neverAborted);
    const closing = expect(flush).rejects.toMatchObject({
      reason: "aborted",
      message: expect.stringContaining("bsmount uploads discard"),
    });
    await expect
      .poll(async () => (await uploads().list(path, neverAborted))[0]?.state)
      .toBe("uploading");
    expect(await uploads().discard(file, neverAborted)).toBe("in-doubt");
    await closing;
    session.fileSystem.release(handle);
    expect(await uploads().list(undefined, neverAborted)).toEqual([]);
    expect(await walkerOf(session.fileSystem).names(FILES)).toEqual([]);
    await expect(uploads().discard(file, neverAborted)).rejects.toMatchObject({
      reason: "not-found",
    });
  });

  it("[W24] are not given up when BaseSpace completed them just before", async () => {
    const handle = await written("f");
    const { file } = await only();
    await session.fileSystem.flush(handle, async () => "closed", neverAborted);
    await expect(uploads().discard(file, neverAborted)).rejects.toMatchObject({
      reason: "not-found",
    });
    expect(await uploads().retry(file, neverAborted)).toBe("complete");
    session.fileSystem.release(handle);
  });

  it("[W22] reach a client in pages, each shorter than a line of the protocol may be", async () => {
    emulator.addFaults("POST /appresults/*/files status=403");
    const long = "n".repeat(200);
    const paths: string[] = [];
    for (let number = 0; number < 300; number += 1) {
      paths.push(`${FILES}/${long}${number}`);
      session.fileSystem.release(await written(`${long}${number}`));
    }
    await expect.poll(() => session.uploads().failed, { timeout: 30_000 }).toBe(300);
    const socket = home.join("m.sock");
    await using _server = await ControlServer.listen(socket, async (request, signal) => {
      if (!isUploadsRequest(request)) throw new Error("another request");
      return await handleUploadsRequest(request, uploads(), signal);
    });
    const found: string[] = [];
    let pages = 0;
    let after: string | undefined;
    do {
      const request = {
        method: "uploads",
        path: "/",
        ...(after === undefined ? {} : { after }),
      } as const;
      const page = (await askMount(socket, request, { signal: neverAborted })) as UploadsPage;
      found.push(...page.uploads.map(({ path }) => path ?? ""));
      after = page.next;
      pages += 1;
    } while (after !== undefined);
    expect(found.toSorted()).toEqual(paths.toSorted());
    expect(pages).toBeGreaterThan(3);
  });
});
