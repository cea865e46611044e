import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program in `folder`; its messages are shown only if it fails. */
export async function runTool(folder: string, program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed (${code}):\n${messages}`);
}
