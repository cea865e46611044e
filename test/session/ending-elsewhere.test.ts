import { expect, test } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

/* An app result that two mounts write. */

const RESULT = "/projects/P/appresults/R";

test("[W13] a result is not completed while another mount has begun to write to it, also during the last uploads", async () => {
  const appResults = [{ name: "R", status: "Running" as const }];
  await using emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
  await using home = await tempDir();
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: home.path, uid: 0, gid: 0 };
  const config = await resolveConfig(
    { apiServer: emulator.apiServer, writeMode: "commit" },
    environment,
  );
  const posts = (): readonly string[] =>
    emulator.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
  const sent = (): boolean => posts().length > 0;
  const asked: boolean[] = [];
  const refuseElsewhere = async (): Promise<void> => {
    asked.push(sent());
    // The other mount had nothing before, and is written while the files of this one are uploaded.
    if (sent()) throw new BsmountError("unfinished", "the other mount has a file");
  };
  const options = { logger: silentLogger, refuseElsewhere };
  await using session = await openSession(config, options, neverAborted);
  const { fileSystem: fs } = session;
  const ino = await walkerOf(fs).inoOf(`${RESULT}/files`);
  const handle = await fs.change.create(ino, "f", 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from("x"), neverAborted);
  fs.release(handle);
  emulator.clearRequests();
  const completing = session.setStatus(RESULT, { status: "Complete" }, neverAborted);
  await expect(completing).rejects.toMatchObject({ message: "the other mount has a file" });
  expect(asked).toEqual([false, true]);
  expect(posts()).toEqual([expect.stringMatching(/\/appresults\/\d+\/files$/)]);
});
