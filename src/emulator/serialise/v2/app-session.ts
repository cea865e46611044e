import type { AppSession } from "../../state/entities.ts";
import { sessionSize } from "../app-session.ts";
import { applicationCompact } from "../application.ts";
import { type Json, type View, withExtra } from "../view.ts";
import { v2Href } from "./href.ts";
import { userV2 } from "./user.ts";

/** v2 has ExecutionStatus and DateModified in place of v1's Status and ModifiedOn. */
export function appSessionV2(view: View, session: AppSession): Json {
  const href = v2Href(view, "appsessions", session.id);
  return withExtra(session, {
    Id: session.id,
    Name: session.name,
    Href: href,
    Application: applicationCompact(view, session.applicationId),
    UserCreatedBy: userV2(view, session.userId),
    ExecutionStatus: session.status,
    QcStatus: session.qcStatus ?? "Undefined",
    StatusSummary: session.statusSummary,
    Purpose: session.purpose ?? "AppTrigger",
    DateCreated: session.dateCreated,
    DateModified: session.dateModified,
    DateCompleted: session.dateCompleted,
    DateStarted: session.dateStarted,
    TotalSize: sessionSize(view, session.id),
    DeliveryStatus: session.deliveryStatus ?? "None",
    ContainsComments: false,
    HrefComments: `${href}/comments`,
  });
}
