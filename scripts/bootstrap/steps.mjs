import { spawn } from "node:child_process";

/** What stops the bootstrap; its message is all that is shown. */
export class StepFailed extends Error {}

/** Runs `work` and prints one line, `title` and how long it took. */
export async function step(title, work) {
  const start = performance.now();
  await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`bootstrap  ${title.padEnd(40)} ${seconds.padStart(6)} s`);
}

/** Runs a command without input; keeps its output, which matters only when the command fails. */
export async function run(command, args, env = {}) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => {
    child.once("error", (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { ok: code === 0, code, output: Buffer.concat(output).toString() };
}

/** Runs a command and stops the bootstrap, showing the command's output, when it fails. */
export async function mustRun(command, args, env) {
  const { ok, code, output } = await run(command, args, env);
  if (ok) return;
  const line = [command, ...args].join(" ");
  throw new StepFailed(`${output.trimEnd()}\n\n"${line}" failed with exit code ${code}.`);
}
