import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";

/*
 * fio writes blocks that carry their own checksums and reads them back: through the mount that has written them, and
 * then through another one, which has to fetch them from BaseSpace.
 */

const MIB = 1024 ** 2;
const OPTIONS = [
  "--name=job --ioengine=psync --verify=crc32c --verify_fatal=1 --verify_state_save=0",
  "--fallocate=none --randrepeat=1 --group_reporting --minimal",
].join(" ");

interface Work {
  /** Names the app result too. */
  readonly name: string;
  readonly options: string;
  readonly files: number;
  /** Size of each file, in bytes. */
  readonly sizeBytes: number;
}

const WORKS: readonly Work[] = [
  { name: "sequential", options: "--rw=write --bs=256k --size=24m", files: 1, sizeBytes: 24 * MIB },
  { name: "random", options: "--rw=randwrite --bs=16k --size=12m", files: 1, sizeBytes: 12 * MIB },
  {
    name: "random, 4 jobs",
    options: "--rw=randwrite --bs=16k --size=4m --numjobs=4",
    files: 4,
    sizeBytes: 4 * MIB,
  },
  {
    name: "4 jobs in one file",
    options:
      "--rw=write --bs=64k --numjobs=4 --filename=shared --size=4m --offset_increment=4m --filesize=16m",
    files: 1,
    sizeBytes: 16 * MIB,
  },
  {
    name: "fsync after each write, 4 jobs with 8 small files",
    options: "--rw=write --bs=4k --size=256k --nrfiles=8 --numjobs=4 --fsync=1",
    files: 32,
    sizeBytes: 32 * 1024,
  },
  {
    name: "fdatasync after random writes",
    options: "--rw=randwrite --bs=4k --size=1m --fdatasync=4",
    files: 1,
    sizeBytes: MIB,
  },
];

let product: Product;
/** Mounted before anything was written. */
let otherMount: string;

beforeAll(async () => {
  product = await startProduct();
  for (const { name } of WORKS) await product.newResult(name);
  otherMount = await product.newMountPoint();
  expect(await product.bsmount(["mount", otherMount])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  if (otherMount !== undefined) await product.bsmount(["unmount", "--lazy", otherMount]);
  await product?.[Symbol.asyncDispose]();
});

async function fio(options: string, mount: string, result: string): Promise<CommandOutcome> {
  const folder = `${mount}/projects/Phage lambda/appresults/${result}/files`;
  return await runShell(`fio ${OPTIONS} ${options}`, folder);
}

const FINE = { code: 0, stderr: "" };

describe("blocks that fio writes and verifies", () => {
  it.each(WORKS)("[W3] [W6] are right here and in BaseSpace: $name", async (work) => {
    const { name, options, files, sizeBytes } = work;
    expect(await fio(options, product.mountPoint, name)).toMatchObject(FINE);
    const remote = await remoteResult(product.emulator, name);
    expect(Object.values(remote.files)).toEqual(Array.from({ length: files }, () => sizeBytes));
    expect(Object.keys(remote.files).filter((file) => file.includes("~"))).toEqual([]);
    expect(await fio(`${options} --verify_only`, otherMount, name)).toMatchObject(FINE);
    expect(await remoteResult(product.emulator, name)).toEqual(remote);
  });

  it("are not right when a byte of them is another one", async () => {
    const write = `fio ${OPTIONS} --rw=write --bs=64k --size=1m`;
    const harm = "printf x | dd of=job.0.0 bs=1 seek=70000 conv=notrunc status=none";
    const harmed = await runShell(
      `${write} && ${harm} && ${write} --verify_only`,
      product.dir.path,
    );
    expect(harmed.code).not.toBe(0);
    expect(harmed.stderr).toMatch(/verify/);
  });
});
