import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/** No server listens there, so a request would fail with another error. */
const NOWHERE = { apiServer: "http://127.0.0.1:1", accessToken: "abc" };

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  const files = [{ path: "x.fa", content: "12345" }];
  emulator = await startTestEmulator({
    projects: [{ name: "P", samples: [{ id: "2000", name: "s", files }] }],
  });
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

const NO_PATH = /"foo" is not a path in BaseSpace\n {2}try: write it as bs:\/projects/;

describe("mistakes in a command line are reported before any request", () => {
  it.each([
    ["ls foo", NO_PATH],
    ["ls bs:/ foo", NO_PATH],
    ["cat foo", NO_PATH],
    ["tree foo", NO_PATH],
    ["cp bs:/projects/../x .", /".." has no meaning in a bs: path/],
    ["cp x bs:/projects/../x", /".." has no meaning in a bs: path/],
    ["cp", /cp needs a source and a destination\n {2}try: bsmount cp/],
    // At this place it would be the version, with exit code 0 and nothing copied.
    ["cp -v x bs:/projects", /unknown option '-v'/],
    ["cp -V x bs:/projects", /unknown option '-V'/],
    ["unmount", /needs to know which mount\n {2}try: bsmount unmount MOUNTPOINT, or .* --all/],
    ["umount --all /mnt", /--all takes no mount point, and \/mnt was given/],
    ["uploads lst", /unknown command 'lst'\n\(Did you mean .*list.*\?\)/],
    ["help nosuch", /^bsmount: unknown command 'nosuch'\n {2}try: bsmount --help\n$/],
    ["help lss", /^bsmount: unknown command 'lss'\n\(Did you mean ls\?\)\n/],
    ["help uploads lst", /^bsmount: unknown command 'lst'\n\(Did you mean list or wait or .*\?\)/],
    [
      "uploads help nosuch",
      /^bsmount: unknown command 'nosuch'\n\(Did you mean list or wait or .*\?\)/,
    ],
    ["lss", /^bsmount: unknown command 'lss'\n\(Did you mean ls\?\)\n {2}try: bsmount --help\n$/],
    ["ls --colour", /^bsmount: unknown option '--colour'\n {2}try: bsmount ls --help\n$/],
    ["emulator --port 99999", /^bsmount: --port: "99999" is no port, which is 0 to 65535\n/],
    ["mount --umask 9 /m", /^bsmount: --umask: "9" is not an octal mode such as 022\n/],
    ["mount", /^bsmount: missing required argument 'mountpoint'\n {2}try: bsmount mount --help\n$/],
    ...[
      "write-mode commit",
      "result-description x",
      "result-session x",
      "complete-on-unmount",
      "verify-uploads",
      "staging-dir /tmp/x",
      "staging-size 1GiB",
    ].map((other): [string, RegExp] => [
      `mount /mnt --${other} --read-only`,
      new RegExp(
        `^bsmount: option '--read-only' cannot be used with option '--${other.split(" ")[0]}.*\n {2}try: `,
      ),
    ]),
    [
      "mount /mnt --staging-dir /no/such/disk",
      /cannot stage written files in \/no\/such\/disk: there is no folder \/no\/such\n {2}try: .*mkdir -p '\/no\/such'/,
    ],
    ["completion csh", /^bsmount: .*Allowed choices.*\n {2}try: bsmount completion --help\n$/],
    ["uploads list more", /^bsmount: too many .*\n {2}try: bsmount uploads list --help\n$/],
    ["ls --region mars", /^bsmount: .*no BaseSpace region "mars"; use one of use1, .*\n {2}try/],
  ])("bsmount %s", async (line, says) => {
    const { exitCode, output } = await runCli(line.split(" "), NOWHERE, dir);
    expect([exitCode, output]).toEqual([2, expect.stringMatching(says)]);
  });
});

describe("a profile that does not exist", () => {
  it.each(["ls", "auth --revoke", "whoami"])("bsmount %s names those that exist", async (line) => {
    await mkdir(dir.join(".basespace"), { recursive: true });
    await writeFile(dir.join(".basespace/local.cfg"), "[DEFAULT]\naccessToken=a\n", {
      mode: 0o600,
    });
    const args = [...line.split(" "), "--profile", "nosuch"];
    const { exitCode, output } = await runCli(args, NOWHERE, dir);
    expect([exitCode, output]).toEqual([
      2,
      'bsmount: there is no profile "nosuch"\n' +
        "  try: name an existing one, local; bsmount auth --profile nosuch creates it\n",
    ]);
  });
});

it("bsmount auth --revoke without a token does not advise to get one", async () => {
  await using home = await tempDir();
  const noToken = { ...NOWHERE, accessToken: "" };
  const { exitCode, output } = await runCli(["auth", "--revoke"], noToken, home);
  expect([exitCode, output]).toEqual([
    4,
    expect.stringMatching(
      /^bsmount: there is no access token to revoke: searched .*\n {2}try: bsmount profiles lists/,
    ),
  ]);
});

describe("a refusal says what to do instead", () => {
  it.each([
    ["cat bs:/projects", 1, /bs:\/projects is a directory\n {2}try: bsmount ls 'bs:\/projects'/],
    ["cat bs:/", 1, /bs:\/ is a directory\n {2}try: bsmount ls 'bs:\/'/],
    ["cp nosuch bs:/projects/P/samples/2000/files", 1, /read nosuch: no such file or directory\n$/],
    ["ls --access-token-file /nonexist", 2, /no access token file \/nonexist\n {2}try: give/],
  ])("bsmount %s", async (line, code, says) => {
    const { exitCode, output } = await runCli(line.split(" "), emulator, dir);
    expect([exitCode, output]).toEqual([code, expect.stringMatching(says)]);
  });
});

it("bsmount tree of a file prints its size", async () => {
  const path = "bs:/projects/P/samples/2000/files/x.fa";
  const { output } = await runCli(["tree", path], emulator, dir);
  expect(output).toBe(`${path}\n\n1 file, 5 B\n`);
});
