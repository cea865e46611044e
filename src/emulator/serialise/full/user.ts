import type { User } from "../../state/entities.ts";
import { type Json, withExtra } from "../view.ts";

/** The caller's own user. */
export function userFull(user: User): Json {
  return withExtra(user, {
    Id: user.id,
    Href: `v1pre3/users/${user.id}`,
    Name: user.name,
    Email: user.email,
    DateLastActive: user.dateLastActive,
    GravatarUrl: user.gravatarUrl,
    DateCreated: user.dateCreated,
    HrefProjects: `v1pre3/users/${user.id}/projects`,
    HrefRuns: `v1pre3/users/${user.id}/runs`,
  });
}
