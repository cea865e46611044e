import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { countAsGarbage } from "../../core/shared-memory.ts";
import type { Digest, Digested } from "./md5-thread.ts";

/* The thread of Md5Thread. */

parentPort?.on("message", ({ id, bytes, newBytes }: Digest) => {
  countAsGarbage(bytes.buffer, newBytes);
  const md5 = createHash("md5").update(bytes).digest("hex");
  const answer: Digested = { id, md5 };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
});
