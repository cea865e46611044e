import type { AppSessionId } from "../../core/ids.ts";
import { type Application, decodeApplication } from "./application.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProperties } from "./property.ts";
import { decodeReferences } from "./reference.ts";
import { decodeUser } from "./user.ts";
import { count, date, text } from "./wire.ts";

/** The response to a launch may name the application by its Href alone. */
const decodeAppOrHref: Decode<Application | undefined> = (value, at) =>
  typeof value === "string" ? undefined : decodeApplication(value, at);

const fields = {
  ...entityFields<AppSessionId>(),
  /** `Running`, `Complete`, `NeedsAttention`, `TimedOut`, `Aborted`; v2 calls it ExecutionStatus. */
  status: optional(["Status", "ExecutionStatus"], text),
  statusSummary: optional("StatusSummary", text),
  dateCreated: creationDate,
  /** v1 calls it ModifiedOn. */
  dateModified: optional(["ModifiedOn", "DateModified"], date),
  dateCompleted: optional("DateCompleted", date),
  totalSizeBytes: optional("TotalSize", count),
  applicationName: nested("Application", (value, at) => decodeAppOrHref(value, at)?.name),
  application: nested("Application", decodeAppOrHref),
  /** What started the session, such as a link into the web page of an app. */
  originatingUri: optional("OriginatingUri", text),
  /** A secret that only the app that was started receives: it is exchanged once for the app's token. */
  authorizationCode: optional(
    "AuthorizationCode",
    text.transform((code) => code || undefined),
  ),
  /** Only in a session that was requested by its Id. */
  references: nested("References", decodeReferences),
  /** The first properties, only in a session that was requested by its Id. All of them: `appSessions.properties()`. */
  properties: nested("Properties", decodeProperties),
  userCreatedBy: nested("UserCreatedBy", decodeUser),
};

export interface AppSession extends ModelOf<typeof fields> {}

/** Of v1 and v2, which name two of the fields differently. */
export const decodeAppSession: Decode<AppSession> = decoder(fields);
