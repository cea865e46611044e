import { createHash, type Hash } from "node:crypto";
import { rangeLength } from "../../core/byte-range.ts";
import type { PartPlan } from "../../core/part-plan.ts";
import { neverAborted } from "../../core/abort.ts";
import { statLocal } from "./local-place.ts";
import { md5OfFile, piecesOfFile } from "./md5.ts";
import { plansOf } from "./upload-parts.ts";

/**
 * - `md5`: the bytes are the same, by the MD5 of the file
 * - `md5s`: the bytes are the same, by the MD5s of the parts that it was uploaded in
 * - `other`: they are others
 * - `unknown`: there is no ETag, or one of parts whose sizes nobody knows, or they are others
 */
export type Compared = "md5" | "md5s" | "other" | "unknown";

/**
 * Compares a local file with an ETag: the MD5 of a file that BaseSpace got in one piece; of one that came in
 * N parts the MD5 of their MD5s, and `-N`. The sizes of the parts are not told, so all that make N parts of
 * the file are tried, while it is read once.
 */
export async function compareWithEtag(
  path: string,
  etag: string | undefined,
  signal: AbortSignal = neverAborted,
): Promise<Compared> {
  const match = /^([0-9a-f]{32})(?:-(\d+))?$/.exec(etag?.toLowerCase() ?? "");
  if (match === null) return "unknown";
  const [, md5 = "", count] = match;
  if (count === undefined) return (await md5OfFile(path, signal)) === md5 ? "md5" : "other";
  const { size } = await statLocal(path);
  const plans = plansOf(size, Number(count));
  return (await digestsOfParts(path, plans, signal)).includes(md5) ? "md5s" : "unknown";
}

/** The MD5 of the MD5s of the parts, by each of the plans. */
async function digestsOfParts(
  path: string,
  plans: readonly PartPlan[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (plans.length === 0) return [];
  const digests = plans.map((plan) => new DigestOfParts(plan));
  for await (const piece of piecesOfFile(path, signal)) {
    for (const digest of digests) digest.update(piece);
  }
  return digests.map((digest) => digest.md5());
}

/** The MD5 of the MD5s of the parts that a plan makes of a file. */
class DigestOfParts {
  readonly #plan: PartPlan;
  readonly #whole: Hash = createHash("md5");
  #part: Hash = createHash("md5");
  #number = 1;
  /** Bytes that the part still takes. */
  #room: number;

  constructor(plan: PartPlan) {
    this.#plan = plan;
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

  md5(): string {
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
