import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { WorkerFetcher } from "../../../src/api/content/worker/worker-fetcher.ts";
import { neverAborted } from "../../../src/core/abort.ts";
import type { Transport } from "../options.ts";
import { makeCertificate } from "../rig/certificate.ts";
import { startObjectStore } from "../rig/nginx.ts";
import { writeRandomFile } from "../rig/random-file.ts";
import { rotate } from "../rotate.ts";
import { median } from "../statistics.ts";

const FILE_BYTES = 64 * 1024 * 1024;
const RANGE_BYTES = 4 * 1024 * 1024;
const TOTAL_BYTES = 4 * 1024 ** 3;
const PARALLEL = 12;
const ROUNDS = 5;

interface Contestant {
  readonly name: string;
  /** The module of the worker thread; the client's own without one. */
  readonly entry: URL | undefined;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: "sockets", entry: undefined },
  { name: "undici", entry: new URL("undici-worker.ts", import.meta.url) },
];

interface Sample {
  readonly cpuSecondsPerGiB: number;
  readonly megabytesPerSecond: number;
}

/** The client's range worker beside a worker that does the same by undici, over http and over TLS. */
export async function benchRangeWorker(): Promise<void> {
  for (const transport of ["http", "tls"] as const) await benchTransport(transport);
}

async function benchTransport(transport: Transport): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bsmount-bench-"));
  try {
    const certificate =
      transport === "tls" ? await makeCertificate(folder, neverAborted) : undefined;
    await writeRandomFile(join(folder, "file"), FILE_BYTES, neverAborted);
    const options = { root: folder, workFolder: folder };
    const secure = certificate === undefined ? {} : { certificate };
    await using store = await startObjectStore({ ...options, ...secure }, neverAborted);
    const link = new URL(`${store.url}/file`);
    const samples = new Map<string, Sample[]>(CONTESTANTS.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, entry } of rotate(CONTESTANTS, round)) {
        samples.get(name)?.push(await measure(link, entry, certificate?.certificate));
      }
    }
    report(transport, samples);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  link: URL,
  entry: URL | undefined,
  authority: string | undefined,
): Promise<Sample> {
  const variables = authority === undefined ? {} : { SSL_CERT_FILE: authority };
  const settings = {
    variables,
    connections: PARALLEL,
    connectTimeoutMs: 10_000,
    userAgent: "bench",
  };
  const fetcher = new WorkerFetcher(settings, ...(entry === undefined ? [] : [entry]));
  try {
    await fetchAll(fetcher, link, PARALLEL * RANGE_BYTES);
    const [begun, used] = [performance.now(), process.cpuUsage()];
    await fetchAll(fetcher, link, TOTAL_BYTES);
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(used);
    return {
      cpuSecondsPerGiB: (user + system) / 1e6 / (TOTAL_BYTES / 1024 ** 3),
      megabytesPerSecond: TOTAL_BYTES / 1e6 / seconds,
    };
  } finally {
    await fetcher.close();
  }
}

/** Fetches ranges of the file one after another, some at a time, into memory that is used again. */
async function fetchAll(fetcher: WorkerFetcher, link: URL, totalBytes: number): Promise<void> {
  let at = 0;
  const work = async (): Promise<void> => {
    const into = [new Uint8Array(new SharedArrayBuffer(RANGE_BYTES))];
    while (at < totalBytes) {
      const start = at % FILE_BYTES;
      at += RANGE_BYTES;
      const range = { start, end: start + RANGE_BYTES };
      const request = { link, range, sizeBytes: FILE_BYTES, into, expectedEtag: undefined };
      const outcome = await fetcher.fetch(
        { ...request, timeoutMs: 30_000, attempt: 1 },
        neverAborted,
      );
      if (outcome.kind !== "taken") throw new Error(`a range was not fetched: ${outcome.kind}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

function report(transport: Transport, samples: ReadonlyMap<string, readonly Sample[]>): void {
  const of = (name: string, field: keyof Sample): readonly number[] =>
    (samples.get(name) ?? []).map((sample) => sample[field]);
  for (const [field, unit, digits] of [
    ["cpuSecondsPerGiB", "CPU s/GiB", 2],
    ["megabytesPerSecond", "MB/s", 0],
  ] as const) {
    const [sockets, undici] = [of("sockets", field), of("undici", field)];
    const ratio = median(sockets.map((value, at) => value / (undici[at] ?? Number.NaN)));
    console.log(
      `range worker, ${transport}: sockets ${median(sockets).toFixed(digits)}, ` +
        `undici ${median(undici).toFixed(digits)} ${unit}; ratio ${ratio.toFixed(2)}`,
    );
  }
}
