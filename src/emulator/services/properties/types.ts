/** The reference types that both versions have, with the noun in their Hrefs. */
const V1_NOUNS = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
  file: "files",
  appsession: "appsessions",
} as const;

/** The reference types that only v2 has; their Hrefs are v2's. */
const V2_NOUNS = {
  library: "libraries",
  biosample: "biosamples",
  dataset: "datasets",
  application: "applications",
  subject: "subjects",
  user: "users",
  librarypool: "librarypools",
} as const;

export type ApiVersion = "v1pre3" | "v2";

/** A parsed property type. */
export interface PropertyType {
  /** As it is stored and sent: lower case, with `[]` at its end for several values. */
  readonly name: string;
  /** `string`, `map`, or a reference type. */
  readonly base: string;
  readonly isMany: boolean;
  /** The noun in the Hrefs of a reference type. */
  readonly noun?: string;
}

/** Parses a type without regard to case; undefined for one that `version` does not have. */
export function propertyType(text: string, version: ApiVersion): PropertyType | undefined {
  const name = text.trim().toLowerCase();
  const isMany = name.endsWith("[]");
  const base = isMany ? name.slice(0, -2) : name;
  if (base === "string" || base === "map") return { name, base, isMany };
  const nouns: Readonly<Record<string, string>> =
    version === "v1pre3" ? V1_NOUNS : { ...V1_NOUNS, ...V2_NOUNS };
  const noun = Object.hasOwn(nouns, base) ? nouns[base] : undefined;
  return noun === undefined ? undefined : { name, base, isMany, noun };
}

/** Makes an Href as it is stored: v1's if v1 has the noun, else v2's. */
export function storedHref(noun: string, id: string): string {
  const isV1 = Object.values<string>(V1_NOUNS).includes(noun);
  return `${isV1 ? "v1pre3" : "v2"}/${noun}/${id}`;
}
