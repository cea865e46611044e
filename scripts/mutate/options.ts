import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Module, modules } from "./modules.ts";

export interface MutateOptions {
  readonly modules: readonly (readonly [name: string, module: Module])[];
  /** Parts of the names of files; none means all of the module. */
  readonly files: readonly string[];
  /** The same of the module's first tests. */
  readonly tests: readonly string[];
  readonly concurrency: number;
  readonly slow: boolean;
  readonly mount: boolean;
}

export const usage: string = `npm run mutate -- MODULE … [options]

  MODULE           ${Object.keys(modules).join(", ")}
  --file PART      only files of the module whose name holds PART; may be repeated
  --test PART      only those of the module's first tests whose name holds PART; may be repeated
  --concurrency N  mutants at the same time (half of the processors)
  --quick          only the module's first tests: what they let live is not looked at again
  --no-mount       what the other tests let live is not looked at again on a mount, which takes long`;

const flags = {
  file: { type: "string", multiple: true },
  test: { type: "string", multiple: true },
  concurrency: { type: "string", default: `${Math.ceil(availableParallelism() / 2)}` },
  quick: { type: "boolean", default: false },
  mount: { type: "boolean", default: true },
} as const;

/** @throws Error with the usage for a module that there is not, or for none */
export function parseOptions(args: readonly string[]): MutateOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: flags,
    allowPositionals: true,
    allowNegative: true,
  });
  const named = positionals.map((name) => [name, moduleOf(name)] as const);
  const concurrency = Number(values.concurrency);
  if (named.length === 0) throw new Error(usage);
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new Error(usage);
  const { file: files = [], test: tests = [], quick } = values;
  return { modules: named, files, tests, concurrency, slow: !quick, mount: values.mount && !quick };
}

function moduleOf(name: string): Module {
  const module = modules[name];
  if (module === undefined) throw new Error(`there is no module ${name}\n\n${usage}`);
  return module;
}
