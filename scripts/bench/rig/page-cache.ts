import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/** Makes the kernel forget file contents, so that the next read goes to the file system. Needs root. */
export function dropPageCache(): void {
  if (process.getuid?.() !== 0) return;
  execFileSync("sync");
  writeFileSync("/proc/sys/vm/drop_caches", "1");
}
