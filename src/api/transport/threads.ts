import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** The module `name` beside the one that asks, which passes its `import.meta.url`. */
export function threadModule(beside: string, name: string): URL {
  return new URL(`./${name}${extname(new URL(beside).pathname)}`, beside);
}

/** Runs the module `entry` in a thread of its own. */
export function startThread(entry: URL, workerData?: unknown): Worker {
  return new Worker(runnable(entry), { workerData, execArgv: [] });
}

/**
 * The module itself once it is built. Run from its TypeScript source, a thread needs tsx as the main
 * thread does, and does not inherit it: a bootstrap module brings it in.
 */
function runnable(entry: URL): URL {
  if (extname(entry.pathname) !== ".ts") return entry;
  const tsx = import.meta.resolve("tsx/esm/api");
  const bootstrap = `import { register } from "${tsx}"; register(); await import("${entry.href}");`;
  return new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`);
}
