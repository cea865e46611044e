import { mkdir, statfs, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";

/*
 * Faults of uploads as programs meet them through the kernel. All of them, at every call, are in `faults/`; the
 * outcomes are in native-notes/upload-faults.md.
 */

const RESULTS = "projects/Phage lambda/appresults";
const MIB = 1024 * 1024;
const LONG = 30 * MIB;
const SHORT = 1000;
const DISK = 48 * MIB;

let product: Product;
let state: string;
let result: string;
let count = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  state = product.dir.join("disk");
  await mkdir(state, { mode: 0o700 });
  const disk = ["-t", "tmpfs", "-o", `size=${DISK},mode=700`, "none", state];
  expect(await runCommand("mount", disk)).toMatchObject({ code: 0 });
  const options = ["--state-dir", `${state}/bsmount`, "--timeout", "2s"];
  const mounted = await product.bsmount(["mount", product.mountPoint, ...options]);
  expect(mounted).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await product?.bsmount(["unmount", "--lazy", product.mountPoint]);
  await runCommand("umount", ["-l", state]);
  await product?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  result = `faults ${(count += 1)}`;
  await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
  return async () => await product.faults();
});

const shell = async (script: string): Promise<CommandOutcome> =>
  await product.shell(script, `${RESULTS}/${result}/files`);

const remote = async (): Promise<Readonly<Record<string, number>>> =>
  (await remoteResult(product.emulator, result)).files;

/** The bytes of this test's files that are staged and not in BaseSpace, by state. */
async function staged(): Promise<readonly (readonly [string, number])[]> {
  const args = ["uploads", "list", "--json", "--state-dir", `${state}/bsmount`];
  const all = JSON.parse((await product.bsmount(args)).stdout) as {
    readonly content: string;
    readonly sizeBytes: number;
    readonly belongsTo: string;
  }[];
  return all
    .filter(({ belongsTo }) => belongsTo.includes(`/${result}/`))
    .map(({ content, sizeBytes }) => [content, sizeBytes] as const);
}

/** Writes 15 MiB, and prints how many bytes were written, and the error numbers of the first failure and of close. */
const WRITE = `
import errno, os
f, written, failed = os.open("f", os.O_WRONLY | os.O_CREAT), 0, None
for at in range(15):
    try:
        written += os.write(f, bytes(1 << 20))
    except OSError as error:
        failed = failed or errno.errorcode[error.errno]
try:
    os.close(f)
    closed = "0"
except OSError as error:
    closed = errno.errorcode[error.errno]
print(written, failed, closed)`;

/* First, while there are no files to evict. */
describe("a staging disk that is full", () => {
  it.each([0, 1, 5, 9, 13])(
    "[W16] after %i MiB: the write and the close fail, nothing is uploaded, and what was written is kept",
    async (roomMiB) => {
      const filler = `${state}/filler`;
      const { bavail, bsize } = await statfs(state);
      // Half a MiB more, so that the last write is short.
      await writeFile(filler, Buffer.alloc(bavail * bsize - (roomMiB + 0.5) * MIB));
      const { stdout } = await shell(`python3 -c '${WRITE}'`);
      await rm(filler);
      const [written, failed, closed] = stdout.trim().split(" ");
      expect([failed, closed]).toEqual(["ENOSPC", "ENOSPC"]);
      expect(Number(written)).toBeLessThan((roomMiB + 1) * MIB);
      expect(await remote()).toEqual({});
      // The kernel sends a write in pieces, and a piece may have been taken in part.
      const kept = (await staged())[0]?.[1];
      expect(kept).toBeGreaterThanOrEqual(Number(written));
      expect(kept).toBeLessThan((roomMiB + 1) * MIB);
      expect(await shell("echo whole > f")).toMatchObject({ code: 0, stderr: "" });
      expect(await remote()).toEqual({ f: 6 });
    },
  );
});

describe("a fault that happens once", () => {
  it.each([
    ["429 to a small file", SHORT, "POST /appresults/*/files n=1 retry-after=1"],
    ["429 to the initiate", LONG, "POST /appresults/*/files n=1 retry-after=1"],
    ["503 to a part", LONG, "PUT /files/*/parts/2 n=1 status=503"],
    ["a reset before a part is handled", LONG, "PUT /files/*/parts/2 n=1 reset-before"],
    ["a reset after a part was handled", LONG, "PUT /files/*/parts/2 n=1 reset-after"],
    ["no response to the last part", LONG, "PUT /files/*/parts/* n=1 drop-answer"],
    ["half a response to the finish", LONG, "POST /files/* n=1 truncate"],
  ])("[W5] is not seen by the program: %s", async (_what, size, rule) => {
    await product.faults(rule);
    const copied = await shell(`head -c ${size} /dev/urandom > f`);
    expect(copied).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual({ f: size });
  });
});

describe("a fault that lasts", () => {
  it.each([
    ["401 to a small file", SHORT, "POST /appresults/*/files status=401", "Permission denied"],
    ["401 to a part", LONG, "PUT /files/*/parts/2 status=401", "Permission denied"],
    ["404 to the finish", LONG, "POST /files/* status=404", "Stale file handle"],
  ])(
    "[W5] [E1] is an error of close, and the bytes are kept until the file is closed again: %s",
    async (_what, size, rule, message) => {
      await product.faults(rule);
      const written = await shell(
        `head -c ${size} /dev/zero | dd of=f bs=1M iflag=fullblock status=none`,
      );
      expect(written).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
      expect(await remote()).toEqual({});
      expect(await staged()).toEqual([["closed", size]]);
      await product.faults();
      expect(await shell("true >> f")).toMatchObject({ code: 0, stderr: "" });
      expect(await remote()).toEqual({ f: size });
    },
  );
});
