import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** The URL of the module `name` in the folder of the caller, which passes its `import.meta.url`. */
export function threadModule(beside: string, name: string): URL {
  return new URL(`./${name}${extname(new URL(beside).pathname)}`, beside);
}

/** Runs the module `entry` in a new thread. */
export function startThread(entry: URL, workerData?: unknown): Worker {
  return new Worker(runnable(entry), { workerData, execArgv: [] });
}

/**
 * The module itself when it is compiled. A TypeScript module needs tsx, which a thread does not inherit, so a
 * bootstrap module registers it.
 */
function runnable(entry: URL): URL {
  if (extname(entry.pathname) !== ".ts") return entry;
  const tsx = import.meta.resolve("tsx/esm/api");
  const bootstrap = `import { register } from "${tsx}"; register(); await import("${entry.href}");`;
  return new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`);
}
