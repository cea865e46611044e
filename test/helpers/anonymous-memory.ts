import { readFile } from "node:fs/promises";

/**
 * The bytes of memory that a process has for itself (`RssAnon`): heap, buffers and stacks of all threads, without
 * the files that it has mapped.
 */
export async function anonymousBytes(pid: number | "self"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no RssAnon`);
  return Number(kibibytes) * 1024;
}
