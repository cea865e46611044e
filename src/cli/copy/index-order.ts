import { stat, utimes } from "node:fs/promises";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";

/*
 * A file and its indexes are one job: an index begins when its data has ended, and is older nowhere. In BaseSpace
 * an index that came before its data would stay so for ever.
 */

/** When BaseSpace has had the data of an index, as milliseconds since 1970; what comes now is later than all. */
const NOW = Number.POSITIVE_INFINITY;

/** One file that goes up. */
export interface UploadStep {
  readonly source: string;
  /**
   * Copies it, also when the same content is there already from before `notBefore`; gives when BaseSpace got what
   * was there, and undefined when it was copied.
   */
  readonly upload: (notBefore: number) => Promise<number | undefined>;
}

/** Uploads `data`, then its indexes. They are left out where the data is not there: they would be older. */
export function uploadJob(
  data: UploadStep,
  indexes: readonly UploadStep[],
  copying: Copying,
): CopyJob {
  return async () => {
    let since: number | undefined;
    let failure: unknown;
    await reporting({ ...copying, onFailure: (error) => (failure = error) }, async () => {
      since = (await data.upload(Number.NEGATIVE_INFINITY)) ?? NOW;
    });
    if (since === undefined) copying.onFailure(failure);
    for (const { source, upload } of indexes) {
      await reporting(copying, async () => {
        if (since === undefined) throw withoutData(source, data.source, failure);
        await upload(since);
      });
    }
  };
}

/** Of a file whose data could not be copied. */
export function withoutData(index: string, data: string, failure: unknown): BsmountError {
  const problem = `${index} is not copied: it is the index of ${data}, which is not, and would be older`;
  return new BsmountError(reasonOf(failure), problem, { remedy: "copy both again" });
}

/** Makes the local file `index` as new as `data`, where it is older; neither has to be there. */
export async function notOlder(index: string, data: string): Promise<void> {
  const [ofIndex, ofData] = await Promise.all(
    [index, data].map(async (path) => await stat(path, { bigint: true }).catch(() => undefined)),
  );
  if (ofIndex === undefined || ofData === undefined || ofIndex.mtimeNs >= ofData.mtimeNs) return;
  // Whole milliseconds are what utimes takes, and it may lose a microsecond of them.
  const time = new Date(Number(ofData.mtimeNs / 1_000_000n) + 1);
  await utimes(index, time, time);
}
