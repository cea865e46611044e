import { normalDate } from "../text/dates.ts";
import type { AppSession } from "../state/entities.ts";
import { entityKeys, storedProperties, storedReferences } from "./defaults.ts";
import { type Filling, knownOr } from "./fill-context.ts";
import type { CatalogAppSession } from "./schema.ts";

/** Stores an app session, complete unless the catalog says otherwise; gives its Id. */
export function fillSession(filling: Filling, given: CatalogAppSession): string {
  const { draft, ids, dates, author } = filling;
  const { createdBy, application, status = "Complete" } = given;
  const id = ids.pick("appsessions", given.id);
  const dateCreated = dates.pick(given.dateCreated);
  const ended = status === "Complete" || status === "Aborted";
  const dateCompleted = ended ? dates.pick(given.dateCompleted ?? dateCreated) : undefined;
  draft.put("appsessions", {
    ...entityKeys(given),
    id,
    name: given.name,
    status,
    dateCreated,
    userId: knownOr(draft, "users", createdBy, author.userId),
    applicationId: knownOr(draft, "applications", application, author.applicationId),
    statusSummary: given.statusSummary ?? "",
    references: storedReferences(given.references),
    properties: storedProperties(given.properties, author, dateCreated),
    dateModified: dates.pick(given.dateModified ?? dateCompleted ?? dateCreated),
    ...(dateCompleted === undefined ? {} : { dateCompleted }),
    ...v2Keys(given),
  });
  return id;
}

/** What only v2 tells; absent is its default. */
function v2Keys(given: CatalogAppSession): Partial<AppSession> {
  const { purpose, qcStatus, deliveryStatus, dateStarted } = given;
  return {
    ...(purpose === undefined ? {} : { purpose }),
    ...(qcStatus === undefined ? {} : { qcStatus }),
    ...(deliveryStatus === undefined ? {} : { deliveryStatus }),
    ...(dateStarted === undefined ? {} : { dateStarted: normalDate(dateStarted) ?? dateStarted }),
  };
}
