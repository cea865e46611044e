import { readdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { anonymousBytes } from "./anonymous-memory.ts";
import { type Product, startProduct } from "./product.ts";
import { seededBytes, SoakWorker, STORED_BYTES, STORED_OFFSETS, storedName } from "./soak-work.ts";
import { tempDir } from "./temp-dir.ts";

export interface SoakOptions {
  /** The least time that it works. */
  readonly seconds: number;
  /** The time from the beginning during which memory may grow. */
  readonly warmSeconds: number;
  /** The most bytes a second that are written. */
  readonly pace: number;
  /** It continues until this many bytes were written after the warm-up, however slow the machine is. */
  readonly leastBytes: number;
  /** The most memory of either process at any time after the warm-up. */
  readonly mostBytes: number;
  /** How many bytes memory may grow beyond a fifth. @default 0 */
  readonly slackBytes?: number;
}

interface Sample {
  readonly atMs: number;
  readonly mountBytes: number;
  readonly emulatorBytes: number;
}

const MIB = 1024 * 1024;
const WORKERS = 3;
const SAMPLE_MS = 500;
const WINDOWS = 8;
const MAX_GROWTH = 1.2;
/** The emulator keeps its account in memory, which grows with its files; their bytes are on the disk. */
const EMULATOR_SLACK_BYTES = 64 * MIB;
const CATALOG = {
  projects: [
    {
      name: "soak",
      appResults: [
        {
          name: "stored",
          files: STORED_OFFSETS.map((offset) => {
            return { path: storedName(offset), content: { path: storedName(offset) } };
          }),
        },
      ],
    },
  ],
};

/**
 * Works on a mount for a while, as `soak-work.ts` says, the emulator in another process, and expects every MD5 to be
 * right, and the memory of both processes to be flat once they are warm. The seed is printed; SOAK_SEED repeats it,
 * as far as the order of three workers can be repeated.
 */
export async function soak(options: SoakOptions): Promise<void> {
  const seed = Number(process.env["SOAK_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`soak: SOAK_SEED=${seed}`);
  await using account = await tempDir();
  const blob = seededBytes(seed);
  for (const offset of STORED_OFFSETS) {
    await writeFile(account.join(storedName(offset)), blob.subarray(offset, offset + STORED_BYTES));
  }
  await writeFile(account.join("catalog.json"), JSON.stringify(CATALOG));
  await using product = await startProduct({
    emulatorArgs: ["--catalog", account.join("catalog.json"), "--data", account.join("data")],
    mountArgs: ["--memory-cache", "32MiB"],
  });
  const workers = Array.from({ length: WORKERS }, (_, worker) => {
    return new SoakWorker({ product, blob, seed, worker, pace: options.pace / WORKERS });
  });
  const samples = await workAndWatch(product, workers, options);
  for (const worker of workers) await worker.checkAll();
  const unmounted = await product.bsmount(["unmount", product.mountPoint]);
  expect({ code: unmounted.code, stderr: unmounted.stderr }).toEqual({ code: 0, stderr: "" });
  expectFlat(
    "the mount",
    samples.map(({ atMs, mountBytes }) => [atMs, mountBytes]),
    options,
  );
  expectFlat(
    "the emulator",
    samples.map(({ atMs, emulatorBytes }) => [atMs, emulatorBytes]),
    { ...options, slackBytes: EMULATOR_SLACK_BYTES },
  );
}

/** Runs the workers until the time is over, and returns the memory that was in use meanwhile. */
async function workAndWatch(
  product: Product,
  workers: readonly SoakWorker[],
  { seconds, warmSeconds, leastBytes }: SoakOptions,
): Promise<readonly Sample[]> {
  const { pid, logFile } = await mountOf(product);
  const samples: Sample[] = [];
  const beganMs = performance.now();
  const written = (): number => workers.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0);
  let warmBytes: number | undefined;
  let hasFailed = false;
  const isOver = (): boolean => {
    const elapsed = (performance.now() - beganMs) / 1000;
    if (elapsed >= warmSeconds) warmBytes ??= written();
    const isEnough = warmBytes !== undefined && written() - warmBytes >= leastBytes;
    return hasFailed || (elapsed >= seconds && isEnough);
  };
  const working = Promise.all(
    workers.map(async (worker) => {
      try {
        await worker.run(isOver);
      } catch (error) {
        // The others need not continue for minutes.
        hasFailed = true;
        console.log(`soak: the mount's log ends:\n${await lastLines(logFile)}`);
        throw error;
      }
    }),
  );
  const hasEnded = new AbortController();
  const watching = (async () => {
    while (!hasEnded.signal.aborted) {
      const atMs = performance.now() - beganMs;
      const [mountBytes, emulatorBytes] = await Promise.all([
        anonymousBytes(pid),
        anonymousBytes(product.emulator.pid),
      ]);
      samples.push({ atMs, mountBytes, emulatorBytes });
      await sleep(SAMPLE_MS);
    }
  })();
  try {
    await working;
  } finally {
    hasEnded.abort();
    await watching;
    const read = workers.reduce((sum, { readBytes }) => sum + readBytes, 0);
    const steps = workers.reduce((sum, { steps }) => sum + steps, 0);
    const [threads, files] = await Promise.all(
      ["task", "fd"].map(async (folder) => (await readdir(`/proc/${pid}/${folder}`)).length),
    );
    console.log(
      `soak: ${steps} steps, ${mib(written())} MiB written, ${mib(read)} MiB of stored files read; ` +
        `${threads} threads, ${files} files open in the end`,
    );
  }
  return samples;
}

/**
 * The median of each of some windows of time must not be over that of the first by more than a fifth, nor over what
 * is the most.
 */
function expectFlat(
  what: string,
  samples: readonly (readonly [atMs: number, bytes: number])[],
  { warmSeconds, mostBytes, slackBytes = 0 }: SoakOptions,
): void {
  const endMs = samples.at(-1)?.[0] ?? 0;
  const windowMs = (endMs - warmSeconds * 1000) / WINDOWS;
  const medians = Array.from({ length: WINDOWS }, (_, index) => {
    const from = warmSeconds * 1000 + index * windowMs;
    const inside = samples.filter(([atMs]) => atMs >= from && atMs <= from + windowMs);
    const sorted = inside.map(([, bytes]) => bytes).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  });
  const shown = medians.map(mib).join(" ");
  const before = mib(samples[0]?.[1] ?? Number.NaN);
  console.log(
    `soak: RssAnon of ${what}, MiB: ${before} at first, ${shown} from ${warmSeconds} s on`,
  );
  const [first = Number.NaN] = medians;
  expect(Math.max(...medians), `RssAnon of ${what}, MiB: ${shown}`).toBeLessThanOrEqual(
    Math.min(mostBytes, first * MAX_GROWTH + slackBytes),
  );
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}

interface MountStatus {
  readonly pid: number;
  readonly logFile: string;
}

async function mountOf(product: Product): Promise<MountStatus> {
  const { stdout } = await product.bsmount(["status", "--json", product.mountPoint]);
  const [mount] = JSON.parse(stdout) as MountStatus[];
  if (mount === undefined) throw new Error(`bsmount status shows no mount: ${stdout}`);
  return mount;
}

async function lastLines(path: string): Promise<string> {
  return (await readFile(path, "utf8")).trim().split("\n").slice(-10).join("\n");
}
