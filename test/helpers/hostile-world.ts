import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { OwnedResources } from "../../src/core/owned-resources.ts";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import type { Emulator } from "../../src/emulator/options.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";
import { hostileServer, type Twist } from "./hostile-server.ts";
import { runCommand } from "./run-command.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";
import { type WatchedOutcome, watchedCommand } from "./watched-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

const RESULTS = "bs:/projects/p/appresults";
const DONE = `${RESULTS}/done/files`;

/** Every command that sends requests to the service, with its arguments; `dir` is its own folder. */
export const COMMANDS: Readonly<Record<string, (dir: string) => readonly string[]>> = {
  whoami: () => ["whoami", "--json"],
  ls: () => ["ls", "bs:/projects"],
  "ls --json": () => ["ls", "-l", "--json", DONE],
  tree: () => ["tree", "bs:/projects"],
  cat: () => ["cat", `${DONE}/data.bin`],
  "cp down": (dir) => ["cp", `${DONE}/data.bin`, `${dir}/data.bin`],
  "cp -r down": (dir) => ["cp", "-r", `${RESULTS}/done`, `${dir}/all`],
  "cp up": (dir) => ["cp", `${dir}/local.bin`, `${RESULTS}/open/files/`],
  mkdir: () => ["mkdir", `${RESULTS}/new`],
  complete: () => ["complete", `${RESULTS}/open`],
  "uploads list": () => ["uploads", "list", "--json"],
  auth: () => ["auth", "--profile", "new"],
  "auth --revoke": () => ["auth", "--revoke", "--profile", "old"],
};

/** A hostile service, and a user of it. */
export interface HostileWorld extends AsyncDisposable {
  readonly secrets: readonly string[];
  /** Runs a row of {@link COMMANDS}. */
  run(command: string, limitMs: number): Promise<WatchedOutcome>;
  /** Mounts, lists, reads, refreshes, unmounts. */
  useMount(limitMs: number): Promise<WatchedOutcome>;
}

export interface Twists {
  readonly api?: Twist | undefined;
  readonly store?: Twist | undefined;
}

export async function hostileWorld(twists: Twists): Promise<HostileWorld> {
  const owned = new OwnedResources();
  const dir = owned.use(await tempDir());
  let emulator: Emulator | undefined;
  const store = owned.use(await hostileServer(() => emulator?.objectServer ?? ""));
  emulator = owned.use(
    await startEmulator({ catalog: ACCOUNT, objectStoreUrl: store.origin, autoApprove: true }),
  );
  const { apiServer, accessToken } = emulator;
  const api = owned.use(await hostileServer(() => apiServer));
  await prepare(dir, api.origin, accessToken);
  api.twist = twists.api ?? api.twist;
  store.twist = twists.store ?? store.twist;
  return new World(dir, { apiServer: api.origin, accessToken }, owned);
}

const ACCOUNT: Catalog = {
  projects: [
    {
      name: "p",
      appResults: [
        {
          name: "done",
          files: [
            { path: "data.bin", content: { size: 3_000_000, seed: "h" } },
            { path: "a/small.txt", content: "small" },
          ],
        },
        { name: "open", status: "Running" },
      ],
    },
  ],
};

async function prepare(dir: TempDir, apiServer: string, accessToken: string): Promise<void> {
  await mkdir(dir.join("mnt"));
  await mkdir(dir.join("run"), { mode: 0o700 });
  await mkdir(dir.join(".basespace"), { mode: 0o700 });
  const profile = `[DEFAULT]\napiServer = ${apiServer}\naccessToken = ${accessToken}\n`;
  await writeFile(dir.join(".basespace/old.cfg"), profile, { mode: 0o600 });
  await writeFile(dir.join("local.bin"), randomBytes(100_000));
  await writeFile(dir.join("secret"), OWN_CREDENTIALS.clientSecret, { mode: 0o600 });
}

class World implements HostileWorld {
  readonly secrets: readonly string[];
  readonly #dir: TempDir;
  readonly #env: Readonly<Record<string, string>>;
  readonly #owned: OwnedResources;

  constructor(
    dir: TempDir,
    { apiServer, accessToken }: { readonly apiServer: string; readonly accessToken: string },
    owned: OwnedResources,
  ) {
    this.secrets = [accessToken, OWN_CREDENTIALS.clientSecret];
    this.#dir = dir;
    this.#owned = owned;
    this.#env = {
      HOME: dir.path,
      XDG_RUNTIME_DIR: dir.join("run"),
      BASESPACE_API_SERVER: apiServer,
      BASESPACE_ACCESS_TOKEN: accessToken,
      BASESPACE_CLIENT_ID: OWN_CREDENTIALS.clientKey,
      BASESPACE_CLIENT_SECRET_FILE: dir.join("secret"),
      BSMOUNT_TIMEOUT: "2s",
      BSMOUNT_LISTING_TIMEOUT: "5s",
    };
  }

  async run(command: string, limitMs: number): Promise<WatchedOutcome> {
    const args = COMMANDS[command]?.(this.#dir.path) ?? [];
    return await watchedCommand(process.execPath, [CLI, ...args], { env: this.#env, limitMs });
  }

  async useMount(limitMs: number): Promise<WatchedOutcome> {
    const script = String.raw`
      bsmount() { "$NODE" "$CLI" "$@"; }
      bsmount mount "$MNT" || exit
      trap 'timeout 60 "$NODE" "$CLI" unmount --lazy "$MNT" > /dev/null 2>&1' EXIT
      timeout 55 ls "$MNT/projects" > "$HOME/listed"
      timeout 55 cat "$MNT/projects/p/appresults/done/files/data.bin" > "$HOME/read"
      bsmount status --json
      bsmount refresh "$MNT"
      bsmount unmount "$MNT"
      cat "$HOME"/.local/state/bsmount/log/*.log
    `;
    const env = { ...this.#env, NODE: process.execPath, CLI, MNT: this.#dir.join("mnt") };
    let daemon: number | undefined;
    const also = (): number | undefined => (daemon ??= this.#daemon());
    return await watchedCommand("bash", ["-c", script], { env, limitMs, also });
  }

  /** The process of the mount, from its registry entry. */
  #daemon(): number | undefined {
    const folder = this.#dir.join("run/bsmount");
    const [entry] = existsSync(folder)
      ? readdirSync(folder).filter((name) => name.endsWith(".json"))
      : [];
    if (entry === undefined) return undefined;
    return (JSON.parse(readFileSync(`${folder}/${entry}`, "utf8")) as { pid: number }).pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runCommand("fusermount3", ["-u", "-z", "-q", this.#dir.join("mnt")]);
    await this.#owned[Symbol.asyncDispose]();
  }
}
