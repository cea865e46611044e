import { expect } from "vitest";
import { runCommand } from "./run-command.ts";
import { startTestEmulator, type TestEmulator } from "./start-test-emulator.ts";

/** A file of the account: a text, bytes, or a file of this machine. */
export type Content = string | Buffer | { readonly path: string };

/** An emulator with the files of one app result, by their paths. */
export interface GenomicsAccount extends AsyncDisposable {
  readonly emulator: TestEmulator;
  /** The Id of a file. */
  id(path: string): string;
  /** The status and the body of a response to a GET. */
  ask(path: string): Promise<{ readonly status: number; readonly body: Body }>;
}

/** What the tests read of any response. */
export interface Body {
  readonly Response: Record<string, unknown>;
  readonly ResponseStatus: { readonly ErrorCode?: string; readonly Message?: string };
}

export async function genomicsAccount(
  files: Readonly<Record<string, Content>>,
): Promise<GenomicsAccount> {
  const paths = Object.keys(files);
  const catalog = Object.entries(files).map(([path, content], index) => ({
    id: String(100 + index),
    path,
    content: Buffer.isBuffer(content) ? { base64: content.toString("base64") } : content,
  }));
  const emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ id: "30", name: "r", files: catalog }] }],
  });
  return {
    emulator,
    id: (path) => String(100 + paths.indexOf(path)),
    ask: async (path) => {
      const response = await emulator.get(path);
      return { status: response.status, body: (await response.json()) as Body };
    },
    [Symbol.asyncDispose]: async () => await emulator.close(),
  };
}

/** Runs samtools or bcftools in bash and returns the words of each line of its output. */
export async function linesOf(command: string): Promise<readonly (readonly string[])[]> {
  const { code, stdout, stderr } = await runCommand("bash", ["-c", `set -o pipefail; ${command}`]);
  expect(code, stderr).toBe(0);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
