import { stat, utimes } from "node:fs/promises";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { type CopyContext, type CopyJob, tryOrReport } from "./copy.ts";

/*
 * A file and its indexes are one job: an index is copied after its data, so that it is never older than that. In
 * BaseSpace, where dates cannot be set, an index that was uploaded before its data would stay the older one.
 */

/** Later than every date that BaseSpace can have given a file so far. */
const NOW = Number.POSITIVE_INFINITY;

/** One file to be uploaded. */
export interface UploadStep {
  readonly source: string;
  /**
   * Copies the file, unless BaseSpace has the same content since `notBefore` or later (milliseconds since 1970).
   * Returns since when BaseSpace has it; undefined when it was copied.
   */
  readonly upload: (notBefore: number) => Promise<number | undefined>;
}

/** Returns a job that uploads `data`, then its indexes; without the data, the indexes are reported as failed. */
export function uploadWithIndexes(
  data: UploadStep,
  indexes: readonly UploadStep[],
  context: CopyContext,
): CopyJob {
  return async () => {
    let failure: unknown;
    const onFailure = (error: unknown): void => {
      failure = error;
      context.onFailure(error);
    };
    const since = await tryOrReport(
      { ...context, onFailure },
      async () => (await data.upload(Number.NEGATIVE_INFINITY)) ?? NOW,
    );
    for (const { source, upload } of indexes) {
      await tryOrReport(context, async () => {
        if (since === undefined) throw missingDataError(source, data.source, failure);
        await upload(since);
      });
    }
  };
}

/** The error for an index whose data could not be copied. */
export function missingDataError(index: string, data: string, failure: unknown): BsmountError {
  const problem = `${index} is not copied: it is the index of ${data}, which was not copied, and would be older than that`;
  return new BsmountError(reasonOf(failure), problem, { remedy: "copy both again" });
}

/** Sets the modification time of the local file `index` to that of `data` where it is older; both may be missing. */
export async function makeNotOlder(index: string, data: string): Promise<void> {
  const [indexInfo, dataInfo] = await Promise.all(
    [index, data].map(async (path) => await stat(path, { bigint: true }).catch(() => undefined)),
  );
  if (indexInfo === undefined || dataInfo === undefined) return;
  if (indexInfo.mtimeNs >= dataInfo.mtimeNs) return;
  // utimes takes whole milliseconds, and may lose a microsecond of them.
  const time = new Date(Number(dataInfo.mtimeNs / 1_000_000n) + 1);
  await utimes(index, time, time);
}
