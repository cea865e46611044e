import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";
import { BaseSpace } from "../../../src/index.ts";
import type { AppResultId, FileEntry } from "../../../src/index.ts";
import { inParallel } from "../../../src/core/parallel.ts";
import { neverAborted } from "../../../src/core/abort.ts";

export interface Account {
  readonly apiServer: string;
  readonly accessToken: string;
}

/** Sends local files into an app result, and fetches what is there into a folder. */
export interface Contestant extends AsyncDisposable {
  upload(appResultId: AppResultId, paths: readonly string[]): Promise<void>;
  download(files: readonly FileEntry[], folder: string): Promise<void>;
}

/** Files under way at a time, of both. */
const PARALLEL = 4;

export function clientContestant({ apiServer, accessToken }: Account): Contestant {
  const basespace = new BaseSpace({ apiServer, accessToken });
  return {
    upload: async (appResultId, paths) => {
      await inParallel(paths, { limit: PARALLEL, signal: neverAborted }, async (path) => {
        const place = { appResultId, path: `client/${path.split("/").at(-1)}` };
        await basespace.transfers.upload(place, path);
      });
    },
    download: async (files, folder) => {
      const options = { parallel: PARALLEL };
      await basespace.transfers.download.allToFolder(files, folder, options);
    },
    [Symbol.asyncDispose]: async () => await basespace.close(),
  };
}

/** undici with nothing around it: no checksum, no retry, no check of what comes. */
export function rawContestant({ apiServer, accessToken }: Account): Contestant {
  const dispatcher = new Agent({ connections: 16 });
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    upload: async (appResultId, paths) => {
      await inParallel(paths, { limit: PARALLEL, signal: neverAborted }, async (path) => {
        const name = path.split("/").at(-1);
        const url = `${apiServer}/v1pre3/appresults/${appResultId}/files?directory=raw&name=${name}`;
        const binary = { ...headers, "content-type": "application/octet-stream" };
        const body = await readFile(path);
        const answer = await request(url, { method: "POST", headers: binary, body, dispatcher });
        await answer.body.dump();
        if (answer.statusCode !== 201) throw new Error(`status ${answer.statusCode}`);
      });
    },
    download: async (files, folder) => {
      await inParallel(files, { limit: PARALLEL, signal: neverAborted }, async ({ id, name }) => {
        const url = `${apiServer}/v1pre3/files/${id}/content?redirect=meta`;
        const meta = await request(url, { headers, dispatcher });
        const { Response } = (await meta.body.json()) as {
          readonly Response: { readonly HrefContent: string };
        };
        const answer = await request(Response.HrefContent, { dispatcher });
        await pipeline(answer.body, createWriteStream(join(folder, name)));
      });
    },
    [Symbol.asyncDispose]: async () => await dispatcher.destroy(),
  };
}
