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
  /** A sentence about the status. */
  statusSummary: optional("StatusSummary", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** v1 calls it ModifiedOn. */
  dateModified: optional(["ModifiedOn", "DateModified"], date),
  /** When it got its final status. */
  dateCompleted: optional("DateCompleted", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** The name of the application. */
  applicationName: nested("Application", (value, at) => decodeAppOrHref(value, at)?.name),
  /** The application that runs or ran. */
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
  /** The user who started it. */
  userCreatedBy: nested("UserCreatedBy", decodeUser),
};

/** One execution of an app. */
export interface AppSession extends ModelOf<typeof fields> {}

/** Of v1 and v2, which name two of the fields differently. */
export const decodeAppSession: Decode<AppSession> = decoder(fields);
