import { BsmountError } from "../../core/errors.ts";
import { isKnownClause, scopeClauses } from "../access/scopes.ts";
import { issueToken } from "../access/tokens.ts";
import { type Author, entityKeys, storedProperties } from "./defaults.ts";
import { existingIdOr, type FillContext, type FillContextStart } from "./fill-context.ts";
import type { CatalogApplication, CatalogUser } from "./schema.ts";

const EMULATOR_APPLICATION: CatalogApplication = {
  name: "BaseSpace Emulator",
  companyName: "bsmount",
};

/** Stores users and applications. Returns the default author: the first user and the emulator's application. */
export function fillPeople(context: FillContextStart): Author {
  const { users = [], applications = [] } = context.catalog;
  const people = users.length === 0 ? [{ name: "Emulator User" }] : users;
  const userIds = people.map((user) => fillUser(context, user));
  const [applicationId = ""] = [EMULATOR_APPLICATION, ...applications].map((application) =>
    fillApplication(context, application),
  );
  people.forEach((user, index) =>
    fillUserProperties(context, user, { userId: userIds[index] ?? "", applicationId }),
  );
  return { userId: userIds[0] ?? "", applicationId };
}

/** Stores the catalog's tokens, which can have fewer rights than the token of the ready line. */
export function fillTokens({ transaction, catalog, author }: FillContext, nowMs: number): void {
  for (const { accessToken, user, application, scopes } of catalog.tokens ?? []) {
    const userId = existingIdOr(transaction, "users", user, author.userId);
    const applicationId = existingIdOr(
      transaction,
      "applications",
      application,
      author.applicationId,
    );
    const clauses = scopeClauses(scopes);
    const unknown = clauses.find((clause) => !isKnownClause(clause));
    if (unknown !== undefined) {
      throw new BsmountError("usage", `a token in the catalog has the unknown scope ${unknown}`);
    }
    issueToken(transaction, { accessToken, userId, applicationId, scopes: clauses }, nowMs);
  }
}

function fillUser({ transaction, ids, dates }: FillContextStart, user: CatalogUser): string {
  const id = ids.pick("users", user.id);
  const dateCreated = dates.pick(user.dateCreated);
  transaction.put("users", {
    ...entityKeys(user),
    id,
    name: user.name,
    dateCreated,
    dateLastActive: dateCreated,
    email: user.email ?? `user${id}@example.invalid`,
    gravatarUrl: user.gravatarUrl ?? "https://example.invalid/avatar.png",
  });
  return id;
}

/** Runs after the applications are stored, because a property names the application that set it. */
function fillUserProperties(
  { transaction }: FillContextStart,
  { properties }: CatalogUser,
  author: Author,
): void {
  if (properties === undefined) return;
  const user = transaction.need("users", author.userId);
  const stored = storedProperties(properties, author, user.dateCreated);
  transaction.put("users", { ...user, properties: stored });
}

function fillApplication(
  { transaction, ids, dates }: FillContextStart,
  application: CatalogApplication,
): string {
  const { name, homepageUri, datePublished } = application;
  const id = ids.pick("applications", application.id);
  transaction.put("applications", {
    ...entityKeys(application),
    id,
    name,
    dateCreated: dates.pick(application.dateCreated),
    companyName: application.companyName ?? "Illumina",
    versionNumber: application.versionNumber ?? "1.0.0",
    shortDescription: application.shortDescription ?? "",
    publishStatus: application.publishStatus ?? "Published",
    category: application.category ?? "Native",
    classifications: application.classifications ?? [],
    features: application.features ?? [],
    ...credentialKeys(application),
    ...(homepageUri === undefined ? {} : { homepageUri }),
    ...(datePublished === undefined ? {} : { datePublished: dates.pick(datePublished) }),
  });
  return id;
}

function credentialKeys({ name, clientKey, clientSecret, redirectUri }: CatalogApplication) {
  if ((clientKey === undefined) !== (clientSecret === undefined)) {
    throw new BsmountError(
      "usage",
      `the catalog's application ${name} needs both clientKey and clientSecret`,
    );
  }
  return {
    ...(clientKey === undefined || clientSecret === undefined ? {} : { clientKey, clientSecret }),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  };
}
