import { DATE_NOT_SET } from "../text/dates.ts";
import type { Json, View } from "./view.ts";

/** The form inside other resources, where the service never shows a user's DateCreated. */
export function userCompact(view: View, userId: string): Json {
  const user = view.state.need("users", userId);
  return {
    Id: user.id,
    Href: `v1pre3/users/${user.id}`,
    Name: user.name,
    DateCreated: DATE_NOT_SET,
    GravatarUrl: user.gravatarUrl,
  };
}
