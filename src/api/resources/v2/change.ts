import type { FindEffect } from "../../transport/idempotency.ts";
import type { JsonResponse } from "../../transport/evaluate-response.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { VersionClient } from "../version-client.ts";

export interface ChangeV2 {
  /** Without the version, encoded. */
  readonly path: string;
  /** The new values, by the service's names. An entity that has all of them was changed already. */
  readonly wanted: Readonly<Record<string, string | undefined>>;
  /** Sent with the change; the service never returns these. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** Changes an entity of v2: `POST /v2/{path}`. When the response is lost, the entity is read. */
export async function changeV2(
  v2: VersionClient,
  { path, wanted, extra = {} }: ChangeV2,
  options: CallOptions,
): Promise<JsonResponse> {
  const changes = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const findEffect: FindEffect = async (_attempt, searchOptions) => {
    const current = await v2.get(path, {}, searchOptions);
    const fields = new Map(Object.entries(current.json ?? {}));
    if (!changes.every(([name, value]) => fields.get(name) === value)) return undefined;
    // Without changes that can be compared, or with extra values, the entity tells nothing.
    return changes.length > 0 && Object.keys(extra).length === 0 ? current : "unclear";
  };
  const body = { ...Object.fromEntries(changes), ...extra };
  return await v2.changeOnce({ method: "POST", path, body }, findEffect, options);
}
