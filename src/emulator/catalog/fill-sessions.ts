import type { AppSession } from "../state/entities.ts";
import { normalizedDate } from "../text/dates.ts";
import { entityKeys, storedProperties, storedReferences } from "./defaults.ts";
import { existingIdOr, type FillContext } from "./fill-context.ts";
import type { CatalogAppSession } from "./schema.ts";

/** Stores an app session, by default a complete one, and returns its Id. */
export function fillSession(context: FillContext, entry: CatalogAppSession): string {
  const { transaction, ids, dates, author } = context;
  const { createdBy, application, status = "Complete" } = entry;
  const id = ids.pick("appsessions", entry.id);
  const dateCreated = dates.pick(entry.dateCreated);
  const ended = status === "Complete" || status === "Aborted";
  const dateCompleted = ended ? dates.pick(entry.dateCompleted ?? dateCreated) : undefined;
  transaction.put("appsessions", {
    ...entityKeys(entry),
    id,
    name: entry.name,
    status,
    dateCreated,
    userId: existingIdOr(transaction, "users", createdBy, author.userId),
    applicationId: existingIdOr(transaction, "applications", application, author.applicationId),
    statusSummary: entry.statusSummary ?? "",
    references: storedReferences(entry.references),
    properties: storedProperties(entry.properties, author, dateCreated),
    dateModified: dates.pick(entry.dateModified ?? dateCompleted ?? dateCreated),
    ...(dateCompleted === undefined ? {} : { dateCompleted }),
    ...v2Keys(entry),
  });
  return id;
}

/** The keys that only v2 shows; an absent key means its default. */
function v2Keys(entry: CatalogAppSession): Partial<AppSession> {
  const { purpose, qcStatus, deliveryStatus, dateStarted } = entry;
  return {
    ...(purpose === undefined ? {} : { purpose }),
    ...(qcStatus === undefined ? {} : { qcStatus }),
    ...(deliveryStatus === undefined ? {} : { deliveryStatus }),
    ...(dateStarted === undefined
      ? {}
      : { dateStarted: normalizedDate(dateStarted) ?? dateStarted }),
  };
}
