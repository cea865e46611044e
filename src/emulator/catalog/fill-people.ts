import { BsmountError } from "../../core/errors.ts";
import { isKnownClause, scopeClauses } from "../access/scopes.ts";
import { issueToken } from "../access/tokens.ts";
import { type Author, entityKeys, storedProperties } from "./defaults.ts";
import { type Filling, type FillingStart, knownOr } from "./fill-context.ts";
import type { CatalogApplication, CatalogUser } from "./schema.ts";

const OWN_APPLICATION: CatalogApplication = { name: "BaseSpace Emulator", companyName: "bsmount" };

/** Users and applications; gives who owns what the catalog gives nobody. */
export function fillPeople(filling: FillingStart): Author {
  const { users = [], applications = [] } = filling.catalog;
  const people = users.length === 0 ? [{ name: "Emulator User" }] : users;
  const userIds = people.map((user) => fillUser(filling, user));
  const [applicationId = ""] = [OWN_APPLICATION, ...applications].map((application) =>
    fillApplication(filling, application),
  );
  people.forEach((user, index) =>
    fillUserProperties(filling, user, { userId: userIds[index] ?? "", applicationId }),
  );
  return { userId: userIds[0] ?? "", applicationId };
}

/** Tokens with fewer rights, for the ready line's has all. */
export function fillTokens({ draft, catalog, author }: Filling, nowMs: number): void {
  for (const { accessToken, user, application, scopes } of catalog.tokens ?? []) {
    const userId = knownOr(draft, "users", user, author.userId);
    const applicationId = knownOr(draft, "applications", application, author.applicationId);
    const clauses = scopeClauses(scopes);
    const unknown = clauses.find((clause) => !isKnownClause(clause));
    if (unknown !== undefined) {
      throw new BsmountError("usage", `the catalog gives a token the unknown scope ${unknown}`);
    }
    issueToken(draft, { accessToken, userId, applicationId, scopes: clauses }, nowMs);
  }
}

function fillUser({ draft, ids, dates }: FillingStart, user: CatalogUser): string {
  const id = ids.pick("users", user.id);
  const dateCreated = dates.pick(user.dateCreated);
  draft.put("users", {
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

/** Once there is an application that has set them. */
function fillUserProperties(
  { draft }: FillingStart,
  { properties }: CatalogUser,
  author: Author,
): void {
  if (properties === undefined) return;
  const user = draft.need("users", author.userId);
  const stored = storedProperties(properties, author, user.dateCreated);
  draft.put("users", { ...user, properties: stored });
}

function fillApplication(
  { draft, ids, dates }: FillingStart,
  application: CatalogApplication,
): string {
  const { name, homepageUri, datePublished } = application;
  const id = ids.pick("applications", application.id);
  draft.put("applications", {
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
    throw new BsmountError("usage", `the catalog's ${name} needs clientKey and clientSecret`);
  }
  return {
    ...(clientKey === undefined || clientSecret === undefined ? {} : { clientKey, clientSecret }),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  };
}
