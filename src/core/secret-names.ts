/*
 * The names of what must reach no log, error or output. Redaction and its tests both take their cases
 * from this table, so a name that is added here is hidden, and tested, in every form.
 */

/** How far a name can be trusted to stand before a secret. */
export type SecretKind =
  /** Nothing but a secret follows it. */
  | "compound"
  /** Also a word of prose, as in "the token: refused". */
  | "word"
  /** A header, whose secret reaches to the end of the line and may follow the name in a list. */
  | "header"
  /** An authorisation code in queries, forms and JSON; in errors it names what went wrong. */
  | "code"
  /** A parameter of signed links; elsewhere it is a date. */
  | "parameter";

export interface SecretName {
  /**
   * In words: "access token" stands for `access_token`, `access-token`, `accessToken` and the like. An
   * asterisk stands for what differs from one parameter to the next.
   */
  readonly words: string;
  /** @default "compound" */
  readonly kind?: SecretKind;
  /** Where the words stand behind this, they name no secret: a pattern of a fixed text. */
  readonly notAfter?: string;
}

/** Longer names stand before the shorter ones that they end with. */
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

/** Where a name begins; before it may stand a character that is encoded: `%26`, `%2526`, `\u0026`. */
const BEGINNING = String.raw`(?:(?<![\w-])|(?<=%(?:25)*[0-9a-f]{2})|(?<=\\u00[0-9a-f]{2}))`;
/** The store's own ids of a request sign nothing, and its support asks for them. */
const ANYTHING = String.raw`(?![_-]?(?:request-id|id-2))[\w-]{1,64}`;
/** Harmless names end with these: `errorCode`, `link_expires`. */
const WHOLE_ONLY: ReadonlySet<SecretKind> = new Set(["code", "parameter"]);

/** Finds each secret name in a text. Other names may end with it, as `BASESPACE_ACCESS_TOKEN` does. */
export const SECRET_NAME_PATTERN: RegExp = new RegExp(
  `(?:${SECRET_NAMES.map((name) => beginningOf(name) + spellingsOf(name)).join("|")})(?![\\w-])`,
  "gi",
);

const KINDS: readonly (readonly [RegExp, SecretKind])[] = SECRET_NAMES.map((name) => [
  new RegExp(`^${spellingsOf(name)}$`, "i"),
  name.kind ?? "compound",
]);

/** The kind of a name that {@link SECRET_NAME_PATTERN} found. */
export function kindOf(found: string): SecretKind {
  const known = KINDS.find(([spellings]) => spellings.test(found));
  if (known === undefined) throw new Error("this is the name of no secret");
  return known[1];
}

/** The kind of secret that `name` names; undefined when what it names may be shown. */
export function secretKindOf(name: string): SecretKind | undefined {
  const last = [...name.matchAll(SECRET_NAME_PATTERN)].at(-1);
  if (last === undefined || last.index + last[0].length !== name.length) return undefined;
  return kindOf(last[0]);
}

function spellingsOf({ words }: SecretName): string {
  return `${words.replaceAll(" ", "[ _-]?").replace("*", () => ANYTHING)}s?`;
}

function beginningOf({ kind, notAfter }: SecretName): string {
  const beginning = kind !== undefined && WHOLE_ONLY.has(kind) ? BEGINNING : "";
  return notAfter === undefined ? beginning : `${beginning}(?<!${notAfter})`;
}
