import { decodeProject } from "../models/project.ts";
import { decodeUser } from "../models/user.ts";
import { segment } from "../transport/address.ts";
import type { FindEffect } from "../transport/idempotency.ts";
import type { VersionClient } from "./version-client.ts";

/**
 * Finds the project called `name` that the user owns. Creating it again would return that project. Projects of
 * other users do not count.
 *
 * @param v1 lists projects, which v2 cannot
 * @param client reads the project, in the form of its version
 */
export function findOwnedProject(
  v1: VersionClient,
  client: VersionClient,
  name: string,
): FindEffect {
  return async (_attempt, options) => {
    const query = { Name: name, SortBy: "Id", SortDir: "Asc", Limit: 1024 };
    const listed = await v1.get("users/current/projects", query, options);
    const projects = v1.decodeItems(listed, decodeProject).filter((each) => each.name === name);
    if (projects.length === 0) return undefined;
    const user = await v1.one("users/current", decodeUser, options);
    const owned = projects.find(({ userOwnedBy }) => userOwnedBy?.id === user.id);
    if (owned === undefined) return undefined;
    return await client.get(`projects/${segment(owned.id)}`, {}, options);
  };
}
