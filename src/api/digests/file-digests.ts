/*
 * Begin here: `digests/` computes MD5s, of files and of their parts. `etag-digests.ts` says which ones an ETag needs,
 * this file computes them over bytes in order, and `following-digests.ts` while a download still writes the file. Long
 * bytes are hashed in a thread (`md5-thread.ts`, `md5-worker.ts`), short ones in place (`md5-of-bytes.ts`);
 * `md5-of-file.ts` is for users of the client. `transfers/` and `uploads/` use them.
 */

import { createHash, type Hash } from "node:crypto";
import { rangeLength } from "../../core/byte-range.ts";
import { PartPlan, type PartStep } from "../../upload/part-plan.ts";

/** What an MD5 covers: all bytes, or the MD5s of the parts that these steps make of a file. */
export type DigestOf = "whole" | readonly PartStep[];

/** Several digests of one file, whose bytes are given in order. */
export class FileDigests {
  readonly #digests: readonly (WholeDigest | PartsDigest)[];

  constructor(wanted: readonly DigestOf[]) {
    this.#digests = wanted.map((of) => (of === "whole" ? new WholeDigest() : new PartsDigest(of)));
  }

  update(piece: Uint8Array): void {
    for (const digest of this.#digests) digest.update(piece);
  }

  /** The digests in lower-case hex, in the order in which they were requested. Nothing can be added afterwards. */
  end(): readonly string[] {
    return this.#digests.map((digest) => digest.end());
  }
}

class WholeDigest {
  readonly #hash: Hash = createHash("md5");

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  end(): string {
    return this.#hash.digest("hex");
  }
}

class PartsDigest {
  readonly #plan: PartPlan;
  readonly #whole: Hash = createHash("md5");
  #part: Hash = createHash("md5");
  #number = 1;
  /** Bytes that still fit into the part. */
  #room: number;

  constructor(steps: readonly PartStep[]) {
    this.#plan = new PartPlan(steps);
    this.#room = this.#bytesOf(1);
  }

  update(piece: Uint8Array): void {
    for (let rest = piece; rest.length > 0;) {
      if (this.#room === 0) this.#nextPart();
      const taken = rest.subarray(0, this.#room);
      this.#part.update(taken);
      this.#room -= taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  end(): string {
    return this.#whole.update(this.#part.digest()).digest("hex");
  }

  #nextPart(): void {
    this.#whole.update(this.#part.digest());
    this.#part = createHash("md5");
    this.#number += 1;
    this.#room = this.#bytesOf(this.#number);
  }

  #bytesOf(number: number): number {
    return rangeLength(this.#plan.range(number, Number.MAX_SAFE_INTEGER));
  }
}
