import { type Json, type View, withExtra } from "../view.ts";
import { v2Href } from "./href.ts";

/** Unlike v1 it has the real DateCreated. HrefProperties names the current user for all users, as recorded. */
export function userV2(view: View, userId: string): Json {
  const user = view.state.need("users", userId);
  return withExtra(user, {
    Id: user.id,
    Href: v2Href(view, "users", user.id),
    Name: user.name,
    DateCreated: user.dateCreated,
    GravatarUrl: user.gravatarUrl,
    HrefProperties: `${v2Href(view, "users", "current")}/properties`,
    ExternalDomainId: Buffer.from(`domain-${user.id}`).toString("base64"),
  });
}
