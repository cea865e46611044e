import { type ByteRange, rangeLength } from "../core/byte-range.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { SentPart } from "./journal-events.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import type { UploadTarget } from "./upload-target.ts";

/** What was sent of a file: its MD5, or those of its parts. */
export interface SentContent {
  readonly sizeBytes: number;
  /** In order; one piece for a file that was sent in one request. */
  readonly pieces: readonly SentPiece[];
  /** BaseSpace acknowledged each part with its MD5. */
  readonly areAcknowledged: boolean;
}

interface SentPiece {
  readonly range: ByteRange;
  /** In lower-case hex. */
  readonly md5: string;
}

/** Content that was sent in one request. */
export function sentWhole(sizeBytes: number, md5: string): SentContent {
  const pieces = [{ range: { start: 0, end: sizeBytes }, md5 }];
  return { sizeBytes, pieces, areAcknowledged: false };
}

/**
 * Content of which BaseSpace acknowledged `parts`. The MD5s of others, which an ended process has sent, are those of the
 * staged bytes: nobody has changed these since.
 */
export async function sentContent(
  {
    plan,
    staging,
    memory,
    target,
  }: {
    readonly plan: PartPlan;
    readonly staging: StagingBytes;
    readonly memory: PartMemory;
    readonly target: Pick<UploadTarget, "md5">;
  },
  {
    sizeBytes,
    parts,
  }: { readonly sizeBytes: number; readonly parts: ReadonlyMap<number, SentPart> },
  signal: AbortSignal,
): Promise<SentContent> {
  const pieces: SentPiece[] = [];
  let areAcknowledged = true;
  for (let number = 1; number <= plan.count(sizeBytes); number += 1) {
    const range = plan.range(number, sizeBytes);
    const partBytes = rangeLength(range);
    const sent = parts.get(number);
    if (sent?.partBytes === partBytes) {
      pieces.push({ range, md5: sent.md5 });
      continue;
    }
    areAcknowledged = false;
    const md5 = await memory.use(partBytes, signal, async (bytes) => {
      await staging.read(range.start, bytes);
      return await target.md5(bytes);
    });
    pieces.push({ range, md5 });
  }
  return { sizeBytes, pieces, areAcknowledged };
}
