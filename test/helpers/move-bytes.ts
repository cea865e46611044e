import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { BaseSpace } from "../../src/api/client.ts";
import { anonymousBytes } from "./anonymous-memory.ts";

/*
 * A program that moves bytes with the client, over and over, and prints how much memory it had for itself once
 * some had been moved, and at most: a process of its own, for the test around it needs memory as well.
 */

export type Way = "files up" | "refused files" | "streams up" | "streams down";

export interface MoveBytes {
  readonly way: Way;
  readonly apiServer: string;
  readonly accessToken: string;
  /** The file that is uploaded. */
  readonly path: string;
  /** The file that is downloaded. */
  readonly storedId: string;
  /** The app result that files are uploaded to. */
  readonly appResultId: string;
  readonly totalBytes: number;
}

export interface MovedBytes {
  readonly movedBytes: number;
  /** After the first sixteenth. */
  readonly firstBytes: number;
  readonly peakBytes: number;
}

type Move = (client: BaseSpace, settings: MoveBytes, name: string) => AsyncGenerator<number, void>;

const CHUNK_BYTES = 1024 * 1024;
const CHUNKS_OF_STREAM = 64;

const ways: Readonly<Record<Way, Move>> = {
  "files up": async function* ({ transfers }, { path, appResultId }, name) {
    yield (await transfers.upload({ appResultId, path: name }, path)).sizeBytes;
  },
  "refused files": async function* ({ transfers }, { path }, name) {
    const upload = transfers.upload({ appResultId: "999999", path: name }, path);
    const isRefused = await upload.then(
      () => false,
      () => true,
    );
    if (!isRefused) throw new Error("a result that does not exist took a file");
    yield (await stat(path)).size;
  },
  "streams up": async function* ({ transfers }, { appResultId }, name) {
    const chunks = (function* (): Generator<Buffer> {
      for (let chunk = 0; chunk < CHUNKS_OF_STREAM; chunk += 1) yield Buffer.alloc(CHUNK_BYTES, 7);
    })();
    yield (await transfers.upload({ appResultId, path: name }, Readable.from(chunks))).sizeBytes;
  },
  "streams down": async function* ({ transfers }, { storedId }) {
    for await (const piece of transfers.download.stream(storedId)) yield piece.length;
  },
};

async function moveBytes(settings: MoveBytes): Promise<MovedBytes> {
  const { apiServer, accessToken, totalBytes, way } = settings;
  await using client = new BaseSpace({ apiServer, accessToken, environment: {} });
  let [movedBytes, firstBytes, peakBytes] = [0, 0, 0];
  for (let round = 1; movedBytes < totalBytes; round += 1) {
    for await (const bytes of ways[way](client, settings, `file ${round}`)) {
      movedBytes += bytes;
      const now = await anonymousBytes("self");
      if (movedBytes <= totalBytes / 16) firstBytes = Math.max(firstBytes, now);
      peakBytes = Math.max(peakBytes, now);
    }
  }
  return { movedBytes, firstBytes, peakBytes };
}

console.log(JSON.stringify(await moveBytes(JSON.parse(process.argv[2] ?? "") as MoveBytes)));
