import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type TempDir, tempDir } from "./temp-dir.ts";

export interface ScriptResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A small repository with copies of this one's scripts, and a `bin/` that is the whole PATH of what runs
 * there: whatever the scripts call is either written into it or missing.
 */
export interface ScriptRepository extends AsyncDisposable {
  readonly path: string;
  write(path: string, text: string): Promise<void>;
  /** Adds a command that records its call in `calls` and then runs `body` with /bin/sh. */
  command(name: string, body?: string): Promise<void>;
  /** The calls of commands in `bin/` so far: name and arguments of each. */
  calls(): Promise<readonly string[]>;
  run(
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<ScriptResult>;
}

export async function scriptRepository(...copied: readonly string[]): Promise<ScriptRepository> {
  const dir = await tempDir();
  const source = new URL("../../", import.meta.url);
  for (const path of copied) {
    await cp(new URL(path, source), dir.join(path), { recursive: true });
  }
  await mkdir(dir.join("bin"));
  await writeFile(dir.join("calls"), "");
  return {
    path: dir.path,
    write: (path, text) => writeInto(dir, path, text),
    command: async (name, body = "") => {
      const note = `echo "${name} $*" >> "${dir.join("calls")}"`;
      await writeInto(dir, `bin/${name}`, `#!/bin/sh\n${note}\n${body}\n`);
      await chmod(dir.join("bin", name), 0o755);
    },
    calls: async () => {
      const lines = (await readFile(dir.join("calls"), "utf8")).trimEnd().split("\n");
      return lines.filter((line) => line !== "");
    },
    run: (program, args, env = {}) => runIn(dir, program, args, env),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

async function writeInto(dir: TempDir, path: string, text: string): Promise<void> {
  await mkdir(dirname(dir.join(path)), { recursive: true });
  await writeFile(dir.join(path), text);
}

async function runIn(
  dir: TempDir,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ScriptResult> {
  const child = spawn(program, args, { cwd: dir.path, env: { PATH: dir.join("bin"), ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end();
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
