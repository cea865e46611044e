import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { MultipartUpload, type UploadRun } from "../../src/upload/multipart-upload.ts";
import type { PartToSend, UploadProtocol } from "../../src/upload/upload-protocol.ts";

/* The engine of uploads in parts, over a service that keeps the parts in memory. */

class MemoryService implements UploadProtocol<string, string> {
  readonly calls: string[] = [];
  readonly parts = new Map<number, string>();
  /** What the next calls of these methods throw. */
  readonly failures = new Map<string, Error>();

  async begin(): Promise<string> {
    this.#call("begin");
    return "upload";
  }

  async sendPart(upload: string, { number, bytes }: PartToSend): Promise<void> {
    // Parts with smaller numbers end later.
    for (let turn = 0; turn < 10 - number; turn += 1) await setImmediate();
    this.#call(`part ${number} of ${upload}`);
    this.parts.set(number, Buffer.from(bytes).toString());
  }

  async complete(upload: string, sizeBytes: number): Promise<string> {
    this.#call(`complete ${upload} of ${sizeBytes} bytes`);
    return [...this.parts]
      .toSorted(([a], [b]) => a - b)
      .map(([, text]) => text)
      .join("");
  }

  async abort(upload: string, signal: AbortSignal): Promise<void> {
    this.#call(`abort ${upload}${signal.aborted ? " too late" : ""}`);
  }

  #call(what: string): void {
    this.calls.push(what);
    const failure = this.failures.get(what);
    this.failures.delete(what);
    if (failure !== undefined) throw failure;
  }
}

function runOf(texts: readonly string[], more: Partial<UploadRun<PartToSend>> = {}) {
  const parts = texts.map((text, at) => ({ number: at + 1, bytes: Buffer.from(text) }));
  return {
    parts,
    parallel: 3,
    sendPart: async (part: PartToSend, send: (part: PartToSend) => Promise<void>) => {
      await send(part);
      return part.bytes.length;
    },
    ...more,
  };
}

describe("an upload in parts", () => {
  test("is begun once, sends its parts and is completed with the size of all of them", async () => {
    const service = new MemoryService();
    const upload = new MultipartUpload(service);
    await expect(upload.run(runOf(["ab", "cde", "f"]), neverAborted)).resolves.toBe("abcdef");
    expect(service.calls.filter((call) => call === "begin")).toHaveLength(1);
    expect(service.calls.at(-1)).toBe("complete upload of 6 bytes");
  });

  test("is not begun again when an earlier one is continued", async () => {
    const service = new MemoryService();
    const upload = new MultipartUpload(service, "earlier");
    await upload.run(runOf(["ab"]), neverAborted);
    expect(service.calls).toEqual(["part 1 of earlier", "complete earlier of 2 bytes"]);
  });

  test("is begun anew by the next caller when it could not be begun", async () => {
    const service = new MemoryService();
    service.failures.set("begin", new Error("away"));
    const upload = new MultipartUpload(service);
    await expect(upload.begin(neverAborted)).rejects.toThrow("away");
    expect(upload.hasBegun).toBe(false);
    await expect(upload.begin(neverAborted)).resolves.toBe("upload");
  });

  test.each(["part 2 of upload", "complete upload of 3 bytes"])(
    "is aborted when this fails: %s",
    async (call) => {
      const service = new MemoryService();
      service.failures.set(call, new Error("refused"));
      const upload = new MultipartUpload(service);
      await expect(upload.run(runOf(["a", "b", "c"]), neverAborted)).rejects.toThrow("refused");
      expect(service.calls.at(-1)).toBe("abort upload");
      expect(upload.signal.aborted).toBe(true);
    },
  );

  test("is aborted in time when the caller's signal ended it", async () => {
    const service = new MemoryService();
    const caller = new AbortController();
    caller.abort(new Error("enough"));
    const upload = new MultipartUpload(service);
    await expect(upload.run(runOf(["a"]), caller.signal)).rejects.toThrow("enough");
    expect(service.calls).toEqual(["begin", "abort upload"]);
  });

  test("is kept when the error may pass", async () => {
    const service = new MemoryService();
    service.failures.set("part 1 of upload", new Error("away"));
    const run = runOf(["a"], { isKept: (error) => (error as Error).message === "away" });
    await expect(new MultipartUpload(service).run(run, neverAborted)).rejects.toThrow("away");
    expect(service.calls).toEqual(["begin", "part 1 of upload"]);
  });

  test("is not completed when the check before it fails", async () => {
    const service = new MemoryService();
    const beforeComplete = async (): Promise<void> => await Promise.reject(new Error("changed"));
    const run = runOf(["a"], { beforeComplete });
    await expect(new MultipartUpload(service).run(run, neverAborted)).rejects.toThrow("changed");
    expect(service.calls).toEqual(["begin", "part 1 of upload", "abort upload"]);
  });

  test("fails with its own error when it cannot be aborted", async () => {
    const service = new MemoryService();
    service.failures.set("part 1 of upload", new Error("refused"));
    service.failures.set("abort upload", new Error("away"));
    const upload = new MultipartUpload(service);
    await expect(upload.run(runOf(["a"]), neverAborted)).rejects.toThrow("refused");
  });
});
