import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";

/** Starts an emulator in another process, so that it can be killed or measured; the caller must kill it. */
export async function spawnEmulator(
  dataDir: string,
): Promise<{ child: ChildProcess; ready: ReadyLine }> {
  const script = fileURLToPath(new URL("./emulator-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("the child has no output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ready: JSON.parse(line) as ReadyLine };
}
