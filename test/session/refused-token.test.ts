import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { GivenOptions } from "../../src/config/option-values.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { describeError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const WRONG = "dead".repeat(8);

describe("a token that the service refuses", () => {
  it("[S1] is named by the place it came from, with what to do there, and not shown", async () => {
    await using home = await tempDir();
    await using emulator = await startTestEmulator({ users: [{ id: "7", name: "Ada" }] });
    const { apiServer } = emulator;
    await mkdir(home.join(".basespace"));
    const profile = home.join(".basespace/lab.cfg");
    const file = home.join("token");
    await writeFile(profile, `[DEFAULT]\napiServer = ${apiServer}\naccessToken = ${WRONG}\n`, {
      mode: 0o600,
    });
    await writeFile(file, WRONG, { mode: 0o600 });
    const refusal = async (given: GivenOptions, variables = {}): Promise<unknown> => {
      const environment = { variables, home: home.path, uid: 0, gid: 0 };
      const options = { ...given, stateDir: home.join("state") };
      const config = await resolveConfig(options, environment);
      const opened = openSession(config, { logger: silentLogger }, neverAborted);
      return await opened.then(
        () => undefined,
        (error: unknown) => error,
      );
    };
    const variables = { BASESPACE_ACCESS_TOKEN: WRONG };
    const cases = [
      [profile, "bsmount auth --profile lab", await refusal({ profile: "lab" })],
      [file, `into ${file}`, await refusal({ apiServer, accessTokenFile: file })],
      ["BASESPACE_ACCESS_TOKEN", "unset it", await refusal({ apiServer }, variables)],
    ] as const;
    for (const [source, remedy, error] of cases) {
      expect(error).toMatchObject({
        reason: "not-signed-in",
        message: `the access token of ${source} was refused by ${apiServer}`,
        remedy: expect.stringContaining(remedy) as string,
      });
      expect(describeError(error)).toMatch(/the service returned 401/);
      expect(describeError(error)).not.toContain(WRONG);
    }
  });
});
