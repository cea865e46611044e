import type { ResourceClient } from "../version-client.ts";
import type { CallOptions, JsonResponse } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";

export interface ChangeV2 {
  /** Behind the version, encoded. */
  readonly path: string;
  /** What is to be different, by the service's names: a thing that has it all is changed already. */
  readonly wanted: Readonly<Record<string, string | undefined>>;
  /** What goes along and is not told again. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** Changes a thing of v2: `POST /v2/{path}`. When the answer is lost the thing is asked how it is. */
export async function changeV2(
  client: ResourceClient,
  { path, wanted, extra = {} }: ChangeV2,
  options: CallOptions,
): Promise<JsonResponse> {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const look: FindEffect = async (_sent, looking) => {
    const asked = await client.rest.get(`/v2/${path}`, {}, looking);
    const is = new Map(Object.entries(asked.json ?? {}));
    if (!given.every(([name, value]) => is.get(name) === value)) return undefined;
    // It may have been so before, and nobody tells whether the rest has come.
    return given.length > 0 && Object.keys(extra).length === 0 ? asked : "unclear";
  };
  const body = { ...Object.fromEntries(given), ...extra };
  return await client.once({ method: "POST", path: `/v2/${path}`, body }, look, options);
}
