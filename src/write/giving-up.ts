import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import { printable } from "../core/terminal-text.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";

/**
 * What became of a file that was given up:
 *
 * - `removed`: nothing of it is left here, and BaseSpace lists nothing of it
 * - `in-doubt`: the same, but an attempt to complete it was ended, which BaseSpace may have received before
 * - `complete`: BaseSpace completed it before the attempt could be ended
 */
export type GiveUpOutcome = "complete" | "in-doubt" | "removed";

/**
 * Removes a file that BaseSpace lacks. An attempt to upload it is ended, and the close that waits for it fails.
 * @throws BsmountError `busy` while another file is about to replace it; the reason of the signal
 */
export async function giveUp(
  file: StagedFile,
  registry: StagedRegistry,
  signal: AbortSignal,
): Promise<GiveUpOutcome> {
  if (file.replacement !== undefined) throw replacedError(file);
  const { content } = file;
  const wasSending = content.state === "finishing";
  // Calls that waited for the attempt begin another one.
  while (content.state === "finishing") {
    content.endAttempt(givenUpError(file));
    await abandonOnAbort(content.settled(), signal);
  }
  if (!content.isUnfinished) return "complete";
  // What BaseSpace has of it is shown again.
  registry.forgetListing(file);
  await registry.remove(file, signal);
  return wasSending ? "in-doubt" : "removed";
}

function replacedError({ shownPath }: StagedFile): BsmountError {
  const problem = `cannot discard ${printable(shownPath)}: another file is being uploaded that replaces it`;
  return new BsmountError("busy", problem, { remedy: "wait until that one is uploaded" });
}

function givenUpError({ shownPath }: StagedFile): BsmountError {
  return new BsmountError("aborted", `bsmount uploads discard gave ${printable(shownPath)} up`);
}
