/**
 * `npm run mutate -- MODULE`: changes the module's source in one place at a time, and tells which changes
 * no test notices. What lives after the module's own tests is looked at again by slower ones, and then by
 * those on a real mount. Exit code 1 when fewer are noticed than the goal says.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookFirst } from "./first-look.ts";
import { type Module, pathsBelow } from "./modules.ts";
import { type Equivalent, lives, type Mutant } from "./mutant.ts";
import { type MutateOptions, parseOptions } from "./options.ts";
import { explanationOf, GOAL, judge, type Outcome, renderOutcome, scoreOf } from "./report.ts";
import { lookAgain } from "./second-look.ts";

const list = JSON.parse(
  readFileSync(new URL("equivalent.json", import.meta.url), "utf8"),
) as Equivalent[];

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const outcomes: Outcome[] = [];
  for (const [name, module] of options.modules) {
    const mutants = await mutate(module, options);
    const outcome = judge(name, mutants, list, lineOf);
    outcomes.push(outcome);
    console.log(renderOutcome(outcome));
  }
  if (outcomes.some((outcome) => scoreOf(outcome) < GOAL)) process.exitCode = 1;
}

async function mutate(module: Module, options: MutateOptions): Promise<Mutant[]> {
  const files = pathsBelow("src", module.files).filter((file) => isChosen(file, options.files));
  if (files.length === 0) throw new Error(`no file of the module fits ${options.files.join(", ")}`);
  const tests = pathsBelow("test", module.tests).filter((test) => isChosen(test, options.tests));
  if (tests.length === 0) throw new Error(`no test of the module fits ${options.tests.join(", ")}`);
  const folder = mkdtempSync(join(tmpdir(), "bsmount-mutate-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const look = {
    files,
    tests,
    concurrency: options.concurrency,
    folder,
  };
  let mutants = await lookFirst(look);
  const sandbox = join(folder, readdirSync(folder)[0] ?? "");
  if (options.slow) {
    // Its own tests once more: a change that keeps a test file from loading lives at first.
    const all = pathsBelow("test", [...module.tests, ...module.slow]);
    const { concurrency } = options;
    const again = { sandbox, projects: ["core"], tests: all, concurrency, isOpen } as const;
    mutants = await lookAgain(mutants, again, say);
  }
  if (options.mount && module.mount.length > 0 && mutants.some(isOpen)) {
    buildInside(sandbox);
    const last = pathsBelow("test", module.mount);
    const projects = ["command", "mount"] as const;
    const mounted = { sandbox, projects, tests: last, concurrency: 1, isOpen } as const;
    mutants = await lookAgain(mutants, mounted, say);
  }
  remove();
  process.off("exit", remove);
  return mutants;
}

/** No test noticed it so far, and nothing says that none can. */
function isOpen(mutant: Mutant): boolean {
  return lives(mutant) && explanationOf(mutant, list, lineOf(mutant)) === undefined;
}

/** Mounts are made by the built command; the compiler does not check what was instrumented. */
function buildInside(sandbox: string): void {
  const { status, stdout } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: sandbox,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the instrumented sources cannot be built:\n${stdout}`);
}

function isChosen(path: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => path.includes(part));
}

function lineOf({ file, line }: Mutant): string {
  return readFileSync(file, "utf8").split("\n")[line - 1] ?? "";
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

// What was begun ends, and is removed, when this process exits. tsx passes a signal on that the terminal
// has sent already: the second must not end this half-way.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
