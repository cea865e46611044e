import { expect } from "vitest";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";

/** An app result of the demo's first project, as BaseSpace has it. */
export interface RemoteResult {
  /** As in `GET /v1pre3/appresults/{id}`: Running, Complete, … */
  readonly status: string;
  /** The complete files and their sizes in bytes; of versions of one path all but the newest are `PATH~ID`. */
  readonly files: Readonly<Record<string, number>>;
}

interface ApiFile {
  readonly Id: string;
  readonly Path: string;
  readonly Size: number;
}

/**
 * Asks BaseSpace's API itself (`GET /v1pre3/projects/{id}/appresults`, `…/appresults/{id}/files`): a look that has
 * nothing to do with a mount, nor with any code of the product, and that costs no process.
 */
export async function remoteResult(emulator: ReadyLine, name: string): Promise<RemoteResult> {
  const list = async <Item>(path: string): Promise<readonly Item[]> => {
    const response = await fetch(`${emulator.apiServer}/v1pre3/${path}?Limit=1000`, {
      headers: { authorization: `Bearer ${emulator.accessToken}` },
    });
    expect(response.status, path).toBe(200);
    const { Response: body } = (await response.json()) as {
      readonly Response: { readonly Items: readonly Item[]; readonly TotalCount: number };
    };
    expect(body.TotalCount, `${path}: more than one page`).toBe(body.Items.length);
    return body.Items;
  };
  const results = await list<{ Id: string; Name: string; Status: string }>(
    "projects/1001/appresults",
  );
  const result = results.find(({ Name }) => Name === name);
  if (result === undefined) throw new Error(`BaseSpace has no app result ${name}`);
  const files: Record<string, number> = {};
  const newest = new Map<string, ApiFile>();
  for (const file of await list<ApiFile>(`appresults/${result.Id}/files`)) {
    const older = newest.get(file.Path);
    if (older !== undefined) files[`${older.Path}~${older.Id}`] = older.Size;
    newest.set(file.Path, file);
  }
  for (const { Path, Size } of newest.values()) files[Path] = Size;
  return { status: result.Status, files };
}
