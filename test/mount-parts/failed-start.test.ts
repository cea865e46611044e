import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { runForeground } from "../../src/mount/foreground.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const FILES = "/projects/P/appresults/R/files";

it("[W19] a mount that cannot start does not wait for uploads", async () => {
  await using home = await tempDir();
  await using emulator = await startTestEmulator({
    projects: [{ name: "P", appResults: [{ name: "R", status: "Running" }] }],
  });
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: home.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer }, environment);
  await using mountPoint = await tempDir();
  const open = async (): Promise<Session> => {
    const session = await openSession(config, { logger: silentLogger }, neverAborted);
    const { fileSystem: fs } = session;
    const folder = await walkerOf(fs).inoOf(FILES);
    const handle = await fs.change.create(folder, "f", 0o644, neverAborted);
    await fs.write(handle, 0, Buffer.from("one"), neverAborted);
    emulator.addFaults("POST /appresults/*/files delay=60s");
    Promise.resolve(fs.flush(handle, async () => "closed", neverAborted)).catch(() => {});
    fs.release(handle);
    await expect.poll(() => session.uploads().pending).toBe(1);
    // Now nothing can be mounted there.
    await rm(mountPoint.path, { recursive: true });
    return session;
  };
  const options = { mountPoint: mountPoint.path, runtimeFolder: home.join("run") };
  const startedMs = performance.now();
  await expect(runForeground(open, options)).rejects.toMatchObject({ name: "BsmountError" });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
}, 30_000);
