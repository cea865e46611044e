import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runCommand, runShell } from "../helpers/run-command.ts";

/*
 * The disk that files are staged on is full, or something happens to it. Each state folder is a filesystem of
 * its own of 20 MiB, so that all of this is real.
 */

const RESULTS = "projects/Phage lambda/appresults";
const DISK_MIB = 20;
/** Above what a file that stays empty waits before it is uploaded. */
const EMPTY_DELAY_MS = 5500;

let product: Product;
let place: Place;
let count = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function ran(file: string, ...args: string[]): Promise<void> {
  expect(await runCommand(file, args)).toMatchObject({ code: 0, stderr: "" });
}

async function bsmount(...args: string[]): Promise<CommandOutcome> {
  return await product.bsmount(args);
}

/** A mount with a staging disk and an app result of its own. */
class Place implements AsyncDisposable {
  readonly result = `disk ${(count += 1)}`;
  readonly state = product.dir.join(`state ${count}`);
  readonly mountPoint = product.dir.join(`mount ${count}`);

  async open(): Promise<this> {
    await Promise.all([mkdir(this.state, { mode: 0o700 }), mkdir(this.mountPoint)]);
    await ran("mount", "-t", "tmpfs", "-o", `size=${DISK_MIB}m,mode=700`, "none", this.state);
    const mounted = await bsmount("mount", "--state-dir", `${this.state}/bsmount`, this.mountPoint);
    expect(mounted).toMatchObject({ code: 0, stderr: "" });
    await mkdir(`${this.mountPoint}/${RESULTS}/${this.result}`);
    return this;
  }

  async shell(script: string): Promise<CommandOutcome> {
    return await runShell(script, `${this.mountPoint}/${RESULTS}/${this.result}/files`);
  }

  /** The complete files in BaseSpace, older versions as `NAME~ID`. */
  async remote(): Promise<readonly string[]> {
    return Object.keys((await remoteResult(product.emulator, this.result)).files).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await bsmount("unmount", "--lazy", "--discard-temporary", this.mountPoint);
    await runCommand("umount", ["-l", this.state]);
  }
}

/** A place of its own for every test. */
function useOwnPlace(): void {
  beforeEach(async () => {
    place = await new Place().open();
    return async () => await place[Symbol.asyncDispose]();
  });
}

async function shell(script: string): Promise<CommandOutcome> {
  return await place.shell(script);
}

/** Programs that write more than there is room for: none of them may leave a complete file. */
const WRITERS: readonly (readonly [string, string])[] = [
  [
    "cp",
    "head -c 30M /dev/zero > /tmp/bsmount-30M-$$; cp /tmp/bsmount-30M-$$ f; c=$?; rm /tmp/bsmount-30M-$$; exit $c",
  ],
  ["cat into a redirect", "head -c 30M /dev/zero | cat > f"],
  ["dd that writes and syncs", "dd if=/dev/zero of=f bs=1M count=30 conv=fsync"],
  [
    "a program that takes no notice of what write says",
    `python3 -c '
import os
f = os.open("f", os.O_WRONLY | os.O_CREAT)
failed = 0
for at in range(30):
    try:
        os.write(f, bytes(1024 * 1024))
    except OSError:
        failed += 1
assert failed >= 10, failed
for call in (lambda: os.fsync(f), lambda: os.write(f, b"x"), lambda: os.close(f)):
    try:
        call()
    except OSError as error:
        assert error.errno == 28, error
    else:
        raise SystemExit("was told that all is well")
raise SystemExit(1)'`,
  ],
  ["a program that removes its file", "head -c 30M /dev/zero > f; c=$?; rm f; exit $c"],
  ["a rename to the final name", "head -c 30M /dev/zero > f.tmp; mv f.tmp f"],
  ["an overwrite", "echo old > f && head -c 30M /dev/zero > f"],
];

describe("a full staging disk, whatever program writes", () => {
  const places: Place[] = [];
  const codes: (number | null)[] = [];

  /** All of them, so that they wait together for what would be uploaded by itself. */
  beforeAll(async () => {
    for (const [, script] of WRITERS) {
      const at = new Place();
      places.push(at);
      await at.open();
      codes.push((await at.shell(script)).code);
    }
    await new Promise((resolve) => setTimeout(resolve, EMPTY_DELAY_MS));
  });

  afterAll(async () => {
    await Promise.all(places.map(async (at) => await at[Symbol.asyncDispose]()));
  });

  it.each(WRITERS.map(([what], at) => ({ what, at })))(
    "[W16] leaves nothing short: $what",
    async ({ what, at }) => {
      place = places[at] ?? expect.fail("it has no place");
      const { result } = place;
      expect(codes[at]).not.toBe(0);
      expect(await place.remote()).toEqual(what === "an overwrite" ? ["f"] : []);
      if (what === "an overwrite") {
        expect((await bsmount("cat", `bs:/${RESULTS}/${result}/files/f`)).stdout).toBe("old\n");
      }
      // It can be given up, or mended, and then there is room again.
      const mended = await shell("rm -f f f.tmp; head -c 15M /dev/zero > f && stat -c %s f");
      expect(mended).toMatchObject({ code: 0, stdout: `${15 * 1024 * 1024}\n` });
      const whole = what === "an overwrite" ? ["f", expect.stringMatching(/^f~\d+$/)] : ["f"];
      expect(await place.remote()).toEqual(whole);
    },
  );
});

describe("a staging disk that is full", () => {
  useOwnPlace();

  it("[W16] is reported by complete and unmount, which name the file", async () => {
    expect((await shell("head -c 30M /dev/zero > f")).code).not.toBe(0);
    const { mountPoint, result } = place;
    const path = `${mountPoint}/${RESULTS}/${result}`;
    for (const words of [
      ["complete", path],
      ["unmount", mountPoint],
      ["uploads", "retry", `${path}/files/f`],
    ]) {
      const { code, stderr } = await bsmount(...words);
      expect([words, code]).toEqual([words, words[0] === "uploads" ? 1 : 3]);
      expect(stderr).toContain(
        `not uploaded: /${RESULTS}/${result}/files/f (a write to it failed: the staging disk is full`,
      );
      expect(stderr).toContain(": it is incomplete; write it again, or rm it)");
      expect(stderr).not.toMatch(/run it again|try once more/);
    }
    const { stdout } = await bsmount("uploads", "list");
    expect(stdout).toContain("it is incomplete; write it again, or rm it\n");
    expect(stdout).not.toContain("uploads retry");
    expect((await shell("echo anew > f")).code).toBe(0);
    expect(await bsmount("complete", path)).toMatchObject({ code: 0, stderr: "" });
    expect((await bsmount("cat", `bs:/${RESULTS}/${result}/files/f`)).stdout).toBe("anew\n");
  });

  it("[W17] frees the space of uploaded bytes, so that more can be written than fits", async () => {
    const script =
      "for i in $(seq 20); do head -c 3M /dev/urandom > $i || exit 1; done; cat * | md5sum";
    const { code, stdout, stderr } = await shell(script);
    expect([code, stderr]).toEqual([0, ""]);
    // What is read again is the same, from BaseSpace or from here.
    expect((await shell("cat * | md5sum")).stdout).toBe(stdout);
    expect((await place.remote()).length).toBe(20);
  });

  it("[A7] shows space that can be freed as free", async () => {
    const free = async (): Promise<number> =>
      Number((await shell("df --output=avail -BM . | tail -n 1 | tr -d M")).stdout);
    const before = await free();
    expect((await shell("head -c 9M /dev/zero > f")).code).toBe(0);
    expect(await free()).toBeGreaterThanOrEqual(before - 2);
  });
});

describe("a state folder", () => {
  useOwnPlace();

  it("[W18] that is removed under a mount is made again", async () => {
    expect((await shell("echo 1 > one")).code).toBe(0);
    await rm(`${place.state}/bsmount`, { recursive: true });
    expect(await shell("echo 2 > two && head -c 3M /dev/zero > three")).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(await place.remote()).toEqual(["one", "three", "two"]);
  });

  it("[W18] that cannot be written makes writes fail, and the mount lives", async () => {
    await ran("mount", "-t", "tmpfs", "-o", "ro", "none", place.state);
    const { code, stderr } = await shell("echo 1 > one");
    expect([code, stderr]).toEqual([1, expect.stringContaining("Input/output error")]);
    expect(await shell("ls -A && cat ../.id")).toMatchObject({ code: 0 });
    await ran("umount", place.state);
    expect(await shell("echo 1 > one")).toMatchObject({ code: 0, stderr: "" });
    expect(await place.remote()).toEqual(["one"]);
  });

  it("[W18] that cannot be written at the start of a mount is reported with a remedy", async () => {
    const { state, mountPoint } = place;
    expect(await bsmount("unmount", mountPoint)).toMatchObject({ code: 0 });
    await ran("mount", "-o", "remount,ro", state);
    const { code, stderr } = await bsmount("mount", "--state-dir", `${state}/new`, mountPoint);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^bsmount: cannot make the folder .*read-only file system.*\n {2}try: /);
    expect(stderr).not.toContain("    at ");
    await chmod(state, 0o700).catch(() => {});
    expect(await readdir(state)).toEqual(["bsmount"]);
  });
});
