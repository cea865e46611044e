import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type CommandOutcome, runShell } from "./run-command.ts";

const EXAMPLE = fileURLToPath(new URL("../../scripts/examples/snakemake/", import.meta.url));

/** What a run prints that finds everything made. */
export const NOTHING_TO_DO = "Nothing to be done";

/** How long one run may take, and how long the middle of a run may be waited for. */
const PATIENCE_MS = 90_000;

/**
 * The real bcftools, except that while HOLD exists "filter" writes 1000 bytes of its output and no more. One process
 * has the file open, as with the real one.
 */
const HELD_BCFTOOLS = `#!/bin/bash
PATH=\${PATH#*:}
if [ "$1" != filter ] || [ ! -e "$HOLD" ]; then exec bcftools "$@"; fi
output="\${@: -1}"
{
  bcftools "\${@:1:$#-2}" | head -c 1000
  until [ -s "$output" ]; do sleep 0.05; done
  touch "$HOLD.reached"
  sleep 600
} | dd of="$output" status=none
`;

export interface WorkflowLines {
  /** The folder of a project, on a mount or on a disk. */
  readonly project: string;
  readonly reference: string;
  /** The name of the app result. */
  readonly result: string;
}

/** The example workflow as a user has it: a copy of its folder, with the three lines of `config.yaml` changed. */
export class Workflow {
  readonly folder: string;
  /** The folder that the results are written into. */
  readonly results: string;

  private constructor(folder: string, { project, result }: WorkflowLines) {
    this.folder = folder;
    this.results = join(project, "appresults", result, "files");
  }

  /** Copies the workflow into `folder`, which must not exist. `scratch` is that line of `config.yaml`. */
  static async copy(folder: string, lines: WorkflowLines, scratch?: string): Promise<Workflow> {
    await cp(EXAMPLE, folder, { recursive: true });
    let config = await readFile(join(folder, "config.yaml"), "utf8");
    for (const [key, value] of Object.entries(lines)) {
      const line = new RegExp(`^${key}: .*$`, "m");
      if (!line.test(config)) throw new Error(`config.yaml has no line "${key}: …"`);
      config = config.replace(line, () => `${key}: ${JSON.stringify(value)}`);
    }
    if (scratch !== undefined) config += `scratch: ${JSON.stringify(scratch)}\n`;
    await writeFile(join(folder, "config.yaml"), config);
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "bcftools"), HELD_BCFTOOLS);
    await chmod(join(folder, "bin", "bcftools"), 0o755);
    return new Workflow(folder, lines);
  }

  /** Runs `snakemake --cores 2 …`, which must succeed; returns what it printed to standard error. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stderr } = await this.run(...args);
    expect(code, stderr).toBe(0);
    return stderr;
  }

  /** Runs `snakemake --cores 2 …`. */
  async run(...args: readonly string[]): Promise<CommandOutcome> {
    const options = { args: this.#arguments(args), env: this.#env(), timeoutMs: PATIENCE_MS };
    return await runShell('"$@"', this.folder, options);
  }

  /**
   * Runs it on one core until the calls of a sample are half written, and kills it with all its children. On two cores
   * the calls of another sample could be open and still empty.
   */
  async killInTheMiddle(...args: readonly string[]): Promise<void> {
    const { HOLD } = this.#env();
    await writeFile(HOLD, "");
    const [program = "", ...rest] = this.#arguments(["--cores", "1", ...args]);
    const env = { ...process.env, ...this.#env() };
    // A process group of its own, so that all of it can be killed at once.
    const options = { cwd: this.folder, env, detached: true } as const;
    const child = spawn(program, rest, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    try {
      await reached(`${HOLD}.reached`, child);
    } catch (error) {
      throw new Error(`the calls are not half written: ${said}`, { cause: error });
    } finally {
      await killGroup(child);
      await rm(HOLD);
    }
  }

  #arguments(args: readonly string[]): readonly string[] {
    return ["snakemake", "--cores", "2", "--nocolor", ...args];
  }

  #env(): { readonly HOME: string; readonly PATH: string; readonly HOLD: string } {
    const path = [join(this.folder, "bin"), process.env["PATH"]].join(delimiter);
    return { HOME: this.folder, PATH: path, HOLD: join(this.folder, "hold") };
  }
}

async function reached(file: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await exists(file))) {
    if (child.exitCode !== null) throw new Error(`snakemake ended with ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`snakemake has not made ${file}`);
    await delay(50);
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
