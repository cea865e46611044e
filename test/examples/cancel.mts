import process from "node:process";
import { connect } from "bsmount";

const [fileId = "", target = ""] = process.argv.slice(2);
await using basespace = await connect();
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(3_600_000)]);
try {
  await basespace.transfers.download.toFile(fileId, target, { signal });
} catch (error) {
  if (!signal.aborted) throw error;
  console.log("The next call with the same target continues the download.");
}
