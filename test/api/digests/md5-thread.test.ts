import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { Md5Thread } from "../../../src/api/digests/md5-thread.ts";

const LONG = 3 * 1024 * 1024;

function shared(sizeBytes: number, value: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(sizeBytes)).fill(value);
}

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(Uint8Array.from(bytes)).digest("hex");
}

describe("MD5s computed in a thread", () => {
  it("are right for long and short bodies, shared or not, many at once", async () => {
    const thread = new Md5Thread();
    const bodies = [
      ...Array.from({ length: 8 }, (_, value) => shared(LONG, value)),
      shared(LONG, 9).subarray(1000, LONG - 5),
      shared(10, 1),
      Buffer.alloc(LONG, 3),
      Buffer.alloc(0),
    ];
    const found = await Promise.all(bodies.map(async (body) => await thread.md5(body)));
    expect(found).toEqual(bodies.map(md5));
    await thread.close();
  });

  it("leave the calling thread free meanwhile", async () => {
    const thread = new Md5Thread();
    await thread.md5(shared(LONG, 1));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await thread.md5(shared(64 * 1024 * 1024, 1));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    await thread.close();
  });

  it("are there after the thread was closed too", async () => {
    const thread = new Md5Thread();
    const body = shared(LONG, 5);
    const [during] = await Promise.all([thread.md5(body), thread.close()]);
    expect([during, await thread.md5(body)]).toEqual([md5(body), md5(body)]);
  });

  it("are waited for by a process that has nothing else to do, and which then ends", async () => {
    const module = new URL("../../../src/api/digests/md5-thread.ts", import.meta.url);
    const script = `
      import { Md5Thread } from "${module.href}";
      const body = (bytes, value) => Buffer.from(new SharedArrayBuffer(bytes)).fill(value);
      const thread = new Md5Thread();
      await thread.md5(body(${LONG}, 3));
      const both = [thread.md5(body(${LONG}, 1)), thread.md5(body(${8 * LONG}, 2))];
      console.log((await Promise.all(both)).join(" "));
    `;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    expect(stdout.trim()).toBe([shared(LONG, 1), shared(8 * LONG, 2)].map(md5).join(" "));
  }, 90_000);
});
