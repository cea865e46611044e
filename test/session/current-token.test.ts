import { mkdir, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { createLogger, silentLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const OLD = "0ld0".repeat(8);
const NEW = "nE33".repeat(8);
const WIDE = "71de".repeat(8);
const GUESTS = "6e57".repeat(8);

/** As `bsmount auth` does it. */
async function storeToken(
  home: TempDir,
  { apiServer }: TestEmulator,
  token: string,
): Promise<void> {
  await mkdir(home.join(".basespace"), { recursive: true });
  const text = `[DEFAULT]\napiServer = ${apiServer}\naccessToken = ${token}\n`;
  await writeFile(home.join(".basespace/default.cfg"), text, { mode: 0o600 });
}

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
    const store = async (token: string): Promise<void> => await storeToken(home, emulator, token);
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

describe("a session whose token does not allow a request", () => {
  it.each([
    ["write project 12", "denied by the service"],
    ["", "known to allow no writing"],
  ])("[W11] continues with one that allows it after the next sign-in: %s", async (scopes) => {
    await using home = await tempDir();
    await using emulator = await startTestEmulator({
      users: [
        { id: "7", name: "Ada" },
        { id: "8", name: "Guest" },
      ],
      tokens: [
        { accessToken: OLD, scopes: `browse global, ${scopes}` },
        { accessToken: WIDE, scopes: "browse global, write global" },
        { accessToken: GUESTS, user: "8", scopes: "browse global" },
      ],
      projects: [
        { id: "12", name: "other" },
        { id: "13", name: "p", appResults: [{ id: "5", name: "r", status: "Running" }] },
      ],
    });
    const store = async (token: string): Promise<void> => await storeToken(home, emulator, token);
    await store(OLD);
    const environment = { variables: {}, home: home.path, uid: 0, gid: 0 };
    const config = await resolveConfig({ stateDir: home.join("state") }, environment);
    await using session = await openSession(config, { logger: silentLogger }, neverAborted);
    const write = async (name: string): Promise<string> => {
      const { inoOf } = walkerOf(session.fileSystem);
      const parent = await inoOf("/projects/p/appresults/r/files");
      const { change } = session.fileSystem;
      try {
        const handle = await change.create(parent, name, 0o644, neverAborted);
        await session.fileSystem.write(handle, 0, Buffer.from("x"), neverAborted);
        await session.fileSystem.flush(handle, async () => "closed", neverAborted);
        session.fileSystem.release(handle);
        return "written";
      } catch (error) {
        return reasonOf(error);
      }
    };
    expect(await write("a")).toBe("access-denied");
    await store(GUESTS);
    expect(await write("b")).toBe("access-denied");
    await store(WIDE);
    expect(await write("c")).toBe("written");
  });
});
