import { createHash } from "node:crypto";
import { request } from "undici";
import type { BaseSpace } from "../../../src/index.ts";
import type { Destination } from "./writer.ts";
import type { LocalSource } from "./workload.ts";

/** Rejects unless the app result has each of `sources` once, byte for byte, and nothing else. */
export async function verifyUploads(
  basespace: BaseSpace,
  destination: Destination,
  sources: readonly LocalSource[],
  signal: AbortSignal,
): Promise<void> {
  const files = await basespace.appResults.files(destination.appResultId).all({ signal });
  const ids = new Map(files.map(({ path, id }) => [path, id]));
  if (files.length !== sources.length || ids.size !== sources.length) {
    throw new Error(`the service has ${files.length} files, ${sources.length} were uploaded`);
  }
  for (const { name, md5 } of sources) {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`the service does not have ${name}`);
    const found = await md5OfContent(destination, id, signal);
    if (found !== md5) throw new Error(`the service has other bytes of ${name} than were uploaded`);
  }
}

async function md5OfContent(
  { apiServer, accessToken }: Destination,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const url = `${apiServer}/v1pre3/files/${id}/content?redirect=false`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const { statusCode, body } = await request(url, { headers, signal });
  if (statusCode !== 200) throw new Error(`GET ${url}: ${statusCode}`);
  const hash = createHash("md5");
  for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}
