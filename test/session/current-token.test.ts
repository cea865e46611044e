import { mkdir, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { createLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const OLD = "0ld0".repeat(8);
const NEW = "nE33".repeat(8);
const GUESTS = "6e57".repeat(8);

describe("a session whose token is revoked", () => {
  it("[S1] is replaced by the one that its user's next sign-in stored, and is not logged", async () => {
    await using home = await tempDir();
    const tokens = [OLD, NEW].map((accessToken) => ({ accessToken, scopes: "browse global" }));
    await using emulator = await startTestEmulator({
      users: [
        { id: "7", name: "Ada" },
        { id: "8", name: "Guest" },
      ],
      tokens: [...tokens, { accessToken: GUESTS, user: "8", scopes: "browse global" }],
      projects: [{ name: "p" }],
    });
    const store = async (token: string): Promise<void> => {
      await mkdir(home.join(".basespace"), { recursive: true });
      const text = `[DEFAULT]\napiServer = ${emulator.apiServer}\naccessToken = ${token}\n`;
      await writeFile(home.join(".basespace/default.cfg"), text, { mode: 0o600 });
    };
    await store(OLD);
    const environment = { variables: {}, home: home.path, uid: 0, gid: 0 };
    const config = await resolveConfig({ stateDir: home.join("state") }, environment);
    const said: string[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => (said.push(chunk.toString()), done()),
    });
    const logger = createLogger("trace", sink);
    await using session = await openSession(config, { logger }, neverAborted);
    await session.client.tokens.revoke();

    await expect(session.client.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
    await store(GUESTS);
    await expect(session.client.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
    await store(NEW);
    const both = [session.client.users.current(), session.client.users.projects().all()] as const;
    expect((await Promise.all(both))[1]).toHaveLength(1);
    expect(said.join("")).toContain("belongs to another user");
    expect(said.join("")).toContain("continuing with the one that was stored since");
    expect(said.join("")).not.toMatch(new RegExp(`${OLD}|${NEW}|${GUESTS}`));
  });
});
