import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface DemoShellOptions {
  /** Where the files are written. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The words that start this program. */
  readonly command: readonly string[];
}

/**
 * Writes a file to be sourced by bash, zsh, fish or sh, so that `bsmount` is a command with this environment there, also
 * for the programs that the shell starts. Returns its path.
 */
export async function writeDemoShell({
  folder,
  environment,
  command,
}: DemoShellOptions): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin, { mode: 0o700 });
  const program = join(bin, "bsmount");
  await writeFile(program, `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`);
  await chmod(program, 0o700);
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  const shellFile = join(folder, "bsmount.sh");
  const path = `export PATH=${quoted(bin)}:"$PATH"`;
  await writeFile(shellFile, [...exports, path, ""].join("\n"), { mode: 0o600 });
  return shellFile;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
