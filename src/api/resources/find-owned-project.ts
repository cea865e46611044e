import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeProject } from "../models/project.ts";
import { decodeUser } from "../models/user.ts";
import { segment } from "../transport/address.ts";
import { type ApiVersion, decoded, PREFIX, type ResourceClient } from "./version-client.ts";
import type { FindEffect } from "../transport/idempotency.ts";

/** Finds one's own project of a name, which is what making it would answer, in that version's form; other people's do not count. */
export function findOwnedProject(
  client: ResourceClient,
  { name, version = "v1" }: { readonly name: string; readonly version?: ApiVersion },
): FindEffect {
  const { rest } = client;
  return async (_sent, options) => {
    const query = { Name: name, SortBy: "Id", SortDir: "Asc", Limit: 1024 };
    const listed = await rest.get("/v1pre3/users/current/projects", query, options);
    const projects = decoded(listed, () =>
      decodePage(decodeEnvelope(listed.json)).items.map((item, index) =>
        decodeProject(item, `Items[${index}]`),
      ),
    ).filter((project) => project.name === name);
    if (projects.length === 0) return undefined;
    const me = await client.one("users/current", decodeUser, options);
    const own = projects.find(({ userOwnedBy }) => userOwnedBy?.id === me.id);
    if (own === undefined) return undefined;
    return await rest.get(`/${PREFIX[version]}/projects/${segment(own.id)}`, {}, options);
  };
}
