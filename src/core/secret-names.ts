/*
 * The names of secrets. Redaction and its tests both use this table, so a name that is added here is hidden, and
 * tested, in every form.
 */

/** How certainly a secret follows a name. */
export type SecretKind =
  /** Only a secret can follow it. */
  | "compound"
  /** It is also an ordinary word, as in "the token: refused". */
  | "word"
  /** A header, whose secret extends to the end of the line, or is the next item of a list. */
  | "header"
  /** An authorization code in queries, forms and JSON; in errors, the code of the error. */
  | "code"
  /** A parameter of signed links; elsewhere a date. */
  | "parameter";

export interface SecretName {
  /**
   * Separate words: "access token" means `access_token`, `access-token`, `accessToken` and so on. An asterisk stands
   * for any text.
   */
  readonly words: string;
  /** @default "compound" */
  readonly kind?: SecretKind;
  /** A pattern of fixed length; after it, the words do not name a secret. */
  readonly notAfter?: string;
}

/** A longer name comes before the shorter one that it ends with. */
export const SECRET_NAMES: readonly SecretName[] = [
  { words: "x amz *", kind: "header" },
  { words: "x access token", kind: "header" },
  { words: "access token" },
  { words: "refresh token" },
  { words: "security token" },
  { words: "session token" },
  { words: "id token" },
  { words: "client secret" },
  { words: "refund secret" },
  { words: "device code" },
  { words: "authorization code" },
  { words: "authorisation code" },
  { words: "secret access key" },
  { words: "access key id" },
  { words: "signature provided" },
  // `POST /v1pre3/oauthv2/deviceauthorization: …` is a call and how it ended.
  { words: "authorization", kind: "header", notAfter: "/oauthv2/device" },
  { words: "cookie", kind: "header" },
  { words: "token", kind: "word" },
  { words: "secret", kind: "word" },
  { words: "password", kind: "word" },
  { words: "signature", kind: "word" },
  { words: "code", kind: "code" },
  { words: "expires", kind: "parameter" },
];

/** The beginning of a name, also after an encoded character: `%26`, `%2526`, `\u0026`. */
const BEGINNING = String.raw`(?:(?<![\w-])|(?<=%(?:25)*[0-9a-f]{2})|(?<=\\u00[0-9a-f]{2}))`;
/** Does not match the request ids of the object store, which are no secrets and which its support asks for. */
const ANYTHING = String.raw`(?![_-]?(?:request-id|id-2))[\w-]{1,64}`;
/** Kinds whose names must not be preceded by other words, because `errorCode` and `link_expires` are harmless. */
const WHOLE_ONLY: ReadonlySet<SecretKind> = new Set(["code", "parameter"]);

/** Matches each name of a secret, also at the end of a longer one such as `BASESPACE_ACCESS_TOKEN`. */
export const SECRET_NAME_PATTERN: RegExp = new RegExp(
  `(?:${SECRET_NAMES.map((name) => beginningOf(name) + spellingsOf(name)).join("|")})(?![\\w-])`,
  "gi",
);

const KINDS: readonly (readonly [RegExp, SecretKind])[] = SECRET_NAMES.map((name) => [
  new RegExp(`^${spellingsOf(name)}$`, "i"),
  name.kind ?? "compound",
]);

/** The kind of a name that {@link SECRET_NAME_PATTERN} found. */
export function kindOfFoundName(found: string): SecretKind {
  const known = KINDS.find(([spellings]) => spellings.test(found));
  if (known === undefined) throw new Error("this is the name of no secret");
  return known[1];
}

/** The kind of secret that `name` names; undefined when it names none. */
export function secretKindOf(name: string): SecretKind | undefined {
  const last = [...name.matchAll(SECRET_NAME_PATTERN)].at(-1);
  if (last === undefined || last.index + last[0].length !== name.length) return undefined;
  return kindOfFoundName(last[0]);
}

function spellingsOf({ words }: SecretName): string {
  return `${words.replaceAll(" ", "[ _-]?").replace("*", () => ANYTHING)}s?`;
}

function beginningOf({ kind, notAfter }: SecretName): string {
  const beginning = kind !== undefined && WHOLE_ONLY.has(kind) ? BEGINNING : "";
  return notAfter === undefined ? beginning : `${beginning}(?<!${notAfter})`;
}
