import type { AppSession } from "../state/entities.ts";
import { appSessionFull } from "./full/app-session.ts";
import { type Json, type View } from "./view.ts";

const KEYS = [
  "Name",
  "DateCreated",
  "ModifiedOn",
  "Application",
  "Id",
  "Href",
  "OriginatingUri",
  "UserCreatedBy",
  "Properties",
  "Status",
  "StatusSummary",
] as const;

/** The response to a launch: some keys of the session, in an order of their own. */
export function launchedSession(view: View, session: AppSession): Json {
  const full = appSessionFull(view, session);
  return Object.fromEntries(KEYS.map((key) => [key, full[key]]));
}
