import { spawn } from "node:child_process";
import { once } from "node:events";
import type { FetchRange } from "./fetch-range.ts";

export const fetchByCurl: FetchRange = async ({ url, ca }, { start, end }, sink, signal) => {
  const trust = ca === undefined ? [] : ["--cacert", ca];
  const output = sink === undefined ? ["-o", "/dev/null"] : [];
  const args = ["--fail", "--silent", "--show-error", "-r", `${start}-${end - 1}`, ...trust];
  const child = spawn("curl", [...args, ...output, url], {
    stdio: ["ignore", sink === undefined ? "ignore" : "pipe", "inherit"],
    signal,
  });
  if (sink !== undefined) child.stdout?.on("data", sink);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`curl failed (${code})`);
};
