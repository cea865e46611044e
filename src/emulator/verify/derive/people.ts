import type { CatalogApplication, CatalogUser } from "../../catalog/schema.ts";
import { date, defined, type Facts, name, removed, text, texts } from "./facts.ts";
import { propertiesOf } from "./properties.ts";
import type { RecordedEntities } from "./recorded-entities.ts";

/** The Id of the user whose token was recorded, where no recording says who it is. */
const UNKNOWN_CALLER = "899999999999999997";

/** All users, the one whose token was recorded first: the emulator gives the token of the first. */
export function users(entities: RecordedEntities, caller: string): readonly CatalogUser[] {
  const known = entities.all("users").map(([id, facts]) => user(entities, id, facts));
  const properties = propertiesOf(entities, "users", "current");
  const recorded = known.map((each) =>
    each.id === caller
      ? { ...each, properties: [...properties, ...(each.properties ?? [])] }
      : each,
  );
  const first = recorded.find(({ id }) => id === caller);
  return [
    first ?? { id: caller, name: "Caller", properties },
    ...recorded.filter((each) => each !== first),
  ];
}

/** The Id of the user whose token was recorded. */
export function callerOf({ caller }: RecordedEntities): string {
  return caller ?? UNKNOWN_CALLER;
}

export function applications(entities: RecordedEntities): readonly CatalogApplication[] {
  return entities.all("applications").map(([id, facts]) => application(id, facts));
}

function user(entities: RecordedEntities, id: string, facts: Facts): CatalogUser {
  return {
    id,
    name: name(facts, "Name") ?? `User ${id}`,
    properties: propertiesOf(entities, "users", id),
    ...defined({
      email: text(facts, "Email"),
      gravatarUrl: text(facts, "GravatarUrl"),
      dateCreated: date(facts, "DateCreated"),
    }),
  };
}

function application(id: string, facts: Facts): CatalogApplication {
  return {
    id,
    ...removed(facts),
    name: name(facts, "Name") ?? `Application ${id}`,
    classifications: texts(facts["Classifications"]),
    features: texts(facts["Features"]),
    ...defined({
      companyName: text(facts, "CompanyName"),
      versionNumber: text(facts, "VersionNumber"),
      shortDescription: text(facts, "ShortDescription"),
      homepageUri: text(facts, "HomepageUri"),
      category: text(facts, "Category"),
      publishStatus: text(facts, "PublishStatus"),
      dateCreated: date(facts, "DateCreated"),
      datePublished: date(facts, "DatePublished"),
    }),
  };
}
