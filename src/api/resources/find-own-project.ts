import { decodeEnvelope, decodePage } from "../decode/answers.ts";
import { decodeProject } from "../decode/project.ts";
import { decodeUser } from "../decode/user.ts";
import { segment } from "../address.ts";
import { type ApiVersion, decoded, PREFIX, type ResourceClient } from "../resource-client.ts";
import type { Look } from "../settled.ts";

/** Finds one's own project of a name, which is what making it would answer, in that version's form; other people's do not count. */
export function findOwnProject(
  client: ResourceClient,
  { name, version = "v1" }: { readonly name: string; readonly version?: ApiVersion },
): Look {
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
