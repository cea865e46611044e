import { expect } from "vitest";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";

export interface RemoteVersion {
  readonly path: string;
  readonly bytes: Buffer;
}

interface Item {
  readonly Id: string;
  readonly Path: string;
}

/** The complete files of an app result of the demo's first project, with their bytes, oldest first. */
export async function remoteVersions(
  emulator: ReadyLine,
  name: string,
): Promise<readonly RemoteVersion[]> {
  const results = await itemsOf<{ Id: string; Name: string }>(emulator, "projects/1001/appresults");
  const result = results.find(({ Name }) => Name === name);
  if (result === undefined) throw new Error(`BaseSpace has no app result ${name}`);
  const items = await itemsOf<Item>(emulator, `appresults/${result.Id}/files`);
  const ordered = items.toSorted((a, b) => Number(a.Id) - Number(b.Id));
  return await Promise.all(
    ordered.map(async ({ Id, Path }) => {
      const content = await get(emulator, `files/${Id}/content`);
      return { path: Path, bytes: Buffer.from(await content.arrayBuffer()) };
    }),
  );
}

async function itemsOf<T>(emulator: ReadyLine, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  for (;;) {
    const response = await get(emulator, `${path}?Limit=1000&Offset=${items.length}`);
    const { Response: body } = (await response.json()) as {
      readonly Response: { readonly Items: readonly T[]; readonly TotalCount: number };
    };
    items.push(...body.Items);
    if (items.length >= body.TotalCount || body.Items.length === 0) return items;
  }
}

async function get({ apiServer, accessToken }: ReadyLine, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch(`${apiServer}/v1pre3/${path}`, { headers });
  expect(response.status, path).toBe(200);
  return response;
}
