import type { AppResult } from "../state/entities.ts";
import { appSessionCompact } from "./app-session.ts";
import { userCompact } from "./user.ts";
import { type Json, type View, withExtra } from "./view.ts";

export function appResultCompact(view: View, result: AppResult): Json {
  return withExtra(result, appResultKeys(view, result));
}

/** The keys of all forms. Status and summary are those of the session. */
export function appResultKeys(view: View, result: AppResult): Json {
  const session = view.state.need("appsessions", result.appSessionId);
  return {
    Id: result.id,
    Href: `v1pre3/appresults/${result.id}`,
    UserOwnedBy: userCompact(view, result.ownerId),
    Name: result.name,
    Status: session.status,
    StatusSummary: session.statusSummary,
    DateCreated: result.dateCreated,
    TotalSize: view.state.indexes.totalSize({ noun: "appresults", id: result.id }),
    AppSession: appSessionCompact(view, session),
  };
}
