import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { countAsGarbage } from "../../core/shared-memory.ts";
import type { Asked, Digested } from "./md5-thread.ts";
import { FileDigests } from "./file-digests.ts";

/* The thread of Md5Thread. */

const running = new Map<number, FileDigests>();

parentPort?.on("message", (asked: Asked) => {
  if ("bytes" in asked) countAsGarbage(asked.bytes.buffer, asked.newBytes);
  const answer: Digested = { id: asked.id, md5s: digested(asked) };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
});

function digested(asked: Asked): readonly string[] {
  if (asked.kind === "bytes") return [createHash("md5").update(asked.bytes).digest("hex")];
  const { file } = asked;
  if (asked.kind === "begin") {
    running.set(file, new FileDigests(asked.wanted));
    return [];
  }
  const digests = running.get(file);
  if (asked.kind === "add") {
    digests?.update(asked.bytes);
    return [];
  }
  running.delete(file);
  return asked.kind === "end" ? (digests?.end() ?? []) : [];
}
