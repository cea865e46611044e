import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { randomBytes } from "node:crypto";
import { BaseSpace } from "../../../src/index.ts";
import { bsmount } from "../rig/emulator.ts";
import { Server } from "../rig/processes.ts";
import { type Account, clientContestant, type Contestant, rawContestant } from "./contestants.ts";

const FILES = 100;
const FILE_BYTES = 10_000_000;
const ROUNDS = 3;

interface Round {
  readonly what: "up" | "down";
  readonly clientMbPerS: number;
  readonly rawMbPerS: number;
}

/**
 * 100 files of 10 MB up and down over loopback, by the client and by undici alone, in turn against the
 * same emulator, a fresh one for each round.
 */
export async function benchTransfers(): Promise<void> {
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number += 1) {
    const scratch = await mkdtemp(join(tmpdir(), "bsmount-bench-"));
    try {
      rounds.push(...(await oneRound(scratch, number)));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  for (const what of ["up", "down"] as const) {
    const ratios = rounds
      .filter((round) => round.what === what)
      .map(({ clientMbPerS, rawMbPerS }) => clientMbPerS / rawMbPerS)
      .sort((a, b) => a - b);
    console.log(
      `${what}: client / raw undici ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}`,
    );
  }
}

async function oneRound(scratch: string, number: number): Promise<readonly Round[]> {
  const args = [bsmount, "emulator", "--port", "0", "--data", join(scratch, "data")];
  await using server = await Server.start(process.execPath, args);
  const { signal } = new AbortController();
  await server.waitUntil(() => Promise.resolve(server.answer.includes("\n")), signal);
  const account = JSON.parse(server.answer.split("\n")[0] ?? "") as Account;
  const paths = await localFiles(scratch);
  await using basespace = new BaseSpace(account);
  const project = await basespace.projects.create("bench");
  const { id } = await basespace.projects.createAppResult(project.id, { name: "r" });
  await using client = clientContestant(account);
  await using raw = rawContestant(account);
  // Who comes first has the colder caches: in turn.
  const contestants = { client, raw };
  const order = number % 2 === 0 ? (["client", "raw"] as const) : (["raw", "client"] as const);
  const up = await measured(order, contestants, async (each) => await each.upload(id, paths));
  const files = (await basespace.appResults.files(id).all()).slice(0, FILES);
  const down = await measured(order, contestants, async (each, name) => {
    await mkdir(join(scratch, name));
    await each.download(files, join(scratch, name));
  });
  return [report("up", up), report("down", down)];
}

async function localFiles(scratch: string): Promise<readonly string[]> {
  const bytes = randomBytes(FILE_BYTES);
  const paths = Array.from({ length: FILES }, (_, index) => join(scratch, `f${index}`));
  for (const [index, path] of paths.entries()) {
    bytes.writeUInt32LE(index);
    await writeFile(path, bytes);
  }
  return paths;
}

type Name = "client" | "raw";

async function measured(
  order: readonly Name[],
  contestants: Readonly<Record<Name, Contestant>>,
  work: (contestant: Contestant, name: Name) => Promise<void>,
): Promise<Readonly<Record<Name, number>>> {
  const rates = { client: 0, raw: 0 };
  for (const name of order) {
    const startedAt = performance.now();
    await work(contestants[name], name);
    const seconds = (performance.now() - startedAt) / 1000;
    rates[name] = (FILES * FILE_BYTES) / 1e6 / seconds;
  }
  return rates;
}

function report(what: Round["what"], { client, raw }: Readonly<Record<Name, number>>): Round {
  const ratio = (client / raw).toFixed(2);
  console.log(`${what}: client ${client.toFixed(0)} MB/s, undici ${raw.toFixed(0)} MB/s, ${ratio}`);
  return { what, clientMbPerS: client, rawMbPerS: raw };
}
