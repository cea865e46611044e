/** What a reference type points at, by the noun of its Href. */
const V1_NOUNS = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
  file: "files",
  appsession: "appsessions",
} as const;

/** Known to v2 alone, whose Hrefs they have. */
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

/** A property's type taken apart. */
export interface PropertyType {
  /** As it is stored and told: lower case, `[]` behind it for many values. */
  readonly name: string;
  /** `string`, `map`, or a reference type. */
  readonly base: string;
  readonly isMany: boolean;
  /** Of the things that a reference type points at. */
  readonly noun?: string;
}

/** A type as a client writes it, without regard to case; undefined for one that `version` does not know. */
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

/** An Href as it is stored: in the version that knows the noun. */
export function storedHref(noun: string, id: string): string {
  const isV1 = Object.values<string>(V1_NOUNS).includes(noun);
  return `${isV1 ? "v1pre3" : "v2"}/${noun}/${id}`;
}
