import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import { recordingProxy } from "../helpers/recording-proxy.ts";
import { type CommandOutcome, runCommand, runShell } from "../helpers/run-command.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const { clientKey, clientSecret } = OWN_CREDENTIALS;

/** What passes between bsmount and the service and belongs nowhere else, each kind with a name. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  "access token": /"access_token":"([^"]+)"/g,
  "device code": /"device_code":"([^"]+)"/g,
  "authorisation code": /"location":"[^"]*[?&]code=([^&"]+)/g,
  "signature of a link": /[?&]Signature=([^&"\s]+)/g,
  "access key of a link": /[?&]AWSAccessKeyId=([^&"\s]+)/g,
  "client secret": /client_secret=([^&"\s]+)/g,
};

/** Every text file below a folder, apart from the two that are there to hold secrets. */
async function storedTexts(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && !/^(default\.cfg|secret)$/.test(entry.name),
  );
  return await Promise.all(
    files.map(async ({ parentPath, name }) => await readFile(join(parentPath, name), "latin1")),
  );
}

/** bsmount at its most talkative, with the app's credentials in the environment; notes what it prints. */
function talkative(dir: TempDir, apiServer: string, said: string[]) {
  const env = {
    HOME: dir.path,
    XDG_RUNTIME_DIR: dir.join("run"),
    XDG_STATE_HOME: dir.join("state"),
    XDG_CACHE_HOME: dir.join("cache"),
    BSMOUNT_LOG: "debug",
    BASESPACE_API_SERVER: apiServer,
    BASESPACE_ACCESS_TOKEN: undefined,
    BASESPACE_CLIENT_ID: clientKey,
    BASESPACE_CLIENT_SECRET_FILE: dir.join("secret"),
  };
  const run = async (...args: readonly string[]): Promise<CommandOutcome> => {
    const outcome = await runCommand(process.execPath, [CLI, ...args], { env });
    said.push(outcome.stdout, outcome.stderr);
    return outcome;
  };
  /** The user opens the address that is printed; the emulator approves at once. */
  const signInByBrowser = async (): Promise<number | null> => {
    const child = spawn(process.execPath, [CLI, "auth", "--web"], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const ended = once(child, "close");
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (line.trim().startsWith("http")) await (await fetch(line.trim())).text();
    }
    const [code] = (await ended) as [number | null];
    return code;
  };
  return { run, signInByBrowser };
}

describe("at debug level", () => {
  it("[S1] sign-in, browsing, reading and writing print and store no secret", async () => {
    await using dir = await tempDir();
    await using emulator = await startTestEmulator(
      {
        projects: [
          {
            name: "p",
            appResults: [{ name: "r", files: [{ path: "f.txt", content: "content" }] }],
          },
        ],
      },
      { autoApprove: true, dataDir: dir.join("emulator") },
    );
    await using proxy = await recordingProxy(emulator.apiServer);
    await writeFile(dir.join("secret"), clientSecret, { mode: 0o600 });
    await mkdir(dir.join("run"), { mode: 0o700 });
    const at = dir.join("mnt");
    await mkdir(at);
    const said: string[] = [];
    const { run, signInByBrowser } = talkative(dir, proxy.origin, said);
    try {
      expect(await run("auth")).toMatchObject({ code: 0 });
      expect(await signInByBrowser()).toBe(0);
      expect(await run("whoami", "--json")).toMatchObject({ code: 0 });
      expect(await run("profiles", "--json")).toMatchObject({ code: 0 });
      expect(
        await run("cat", "--log-level", "debug", "bs:/projects/p/appresults/r/files/f.txt"),
      ).toMatchObject({ stdout: "content" });
      expect(await run("mount", "--log-level", "debug", at)).toMatchObject({ code: 0 });
      const work =
        "ls -lR . && cat projects/p/.json projects/p/appresults/r/files/f.txt && mkdir projects/p/appresults/new && echo new > projects/p/appresults/new/files/n.txt";
      const worked = await runShell(work, at);
      expect(worked).toMatchObject({ code: 0, stderr: "" });
      said.push(worked.stdout);
      expect(await run("status", "--json")).toMatchObject({ code: 0 });
      expect(await run("auth", "--revoke")).toMatchObject({ code: 0 });
      said.push(
        (await runShell("cat projects/p/appresults/r/files/f.txt; ls projects/p/samples", at))
          .stderr,
      );
      expect(await run("auth", "--scopes", "fly moon")).toMatchObject({ code: 2 });
    } finally {
      await run("unmount", at);
      await runCommand("fusermount3", ["-u", "-z", "-q", at]);
    }
    await emulator.close();
    const folders = ["state", "cache", "run", ".basespace"].map((name) => dir.join(name));
    const stored = await Promise.all(
      folders.map(async (folder) => await storedTexts(folder).catch(() => [])),
    );
    const log = await readFile(dir.join("emulator/requests.jsonl"), "utf8");
    const everything = [...said, ...stored.flat(), log].join("\n");
    expect(everything).toContain('"level":"debug"');
    const passed = proxy.seen.join("\n");
    for (const [kind, pattern] of Object.entries(SECRETS)) {
      const secrets = new Set([...passed.matchAll(pattern)].map(([, secret = ""]) => secret));
      expect(secrets.size, `secrets seen: ${kind}`).toBeGreaterThan(0);
      for (const secret of secrets) {
        const isThere =
          everything.includes(secret) || everything.includes(decodeURIComponent(secret));
        expect(isThere, `${kind} was printed or stored`).toBe(false);
      }
    }
  });
});
