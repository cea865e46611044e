import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import { redactText, redactValue } from "../../src/core/redact.ts";
import { SECRET_NAMES, type SecretKind, secretKindOf } from "../../src/core/secret-names.ts";

const HEX = "0123456789abcdef9876543210fedcba";
const BASE64 = "q8Zt+4/Vx1mRb7Kd/2Wn5+Tg9Hs==";
/** Replacements for `*` in the names of the parameters of signed links. */
const PARAMETERS = [
  "Algorithm",
  "Credential",
  "Date",
  "Expires",
  "Security-Token",
  "Signature",
  "SignedHeaders",
];

/** Every way in which programs write a name. */
function spellings({ words }: { readonly words: string }): string[] {
  if (words.endsWith("*")) {
    const names = PARAMETERS.map((parameter) => words.replace("*", parameter).replaceAll(" ", "-"));
    return names.flatMap((name) => [name, name.toUpperCase(), name.toLowerCase()]);
  }
  const snake = words.replaceAll(" ", "_");
  const kebab = words.replaceAll(" ", "-");
  const pascal = words.replaceAll(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase());
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return [...new Set([snake, kebab, camel, pascal, snake.toUpperCase(), kebab.toUpperCase()])];
}

interface Form {
  readonly as: string;
  readonly write: (name: string, secret: string) => string;
  /** @default all kinds but the parameter, which is a date elsewhere */
  readonly kinds?: readonly SecretKind[];
}

const json = (value: unknown): string => JSON.stringify(value);
const NAMES: readonly SecretKind[] = ["compound", "word", "header"];
const EVERY: readonly SecretKind[] = [...NAMES, "code", "parameter"];

const FORMS: readonly Form[] = [
  { as: "a header", write: (name, secret) => `${name}: ${secret}` },
  { as: "a header with a scheme", write: (name, secret) => `${name}: Bearer ${secret}` },
  { as: "a header without a space", write: (name, secret) => `${name}:${secret}` },
  { as: "an option of curl", write: (name, secret) => `curl -H "${name}: ${secret}" -sS` },
  { as: "raw headers", kinds: ["header"], write: (name, secret) => json(["a", "b", name, secret]) },
  { as: "raw headers shown", kinds: ["header"], write: (name, secret) => inspect([name, secret]) },
  { as: "a cookie", kinds: EVERY, write: (name, secret) => `Cookie: a=1; ${name}=${secret}` },
  { as: "a new cookie", write: (name, secret) => `set-cookie: ${name}=${secret}; Path=/` },
  {
    as: "a list of cookies",
    write: (name, secret) => inspect({ "set-cookie": [`${name}=${secret}`] }),
  },
  { as: "an assignment", kinds: EVERY, write: (name, secret) => `${name}=${secret}` },
  {
    as: "an assignment with a scheme",
    kinds: NAMES,
    write: (name, secret) => `${name}=Bearer ${secret}`,
  },
  { as: "an assignment with spaces", write: (name, secret) => `${name} = ${secret}` },
  {
    as: "a first parameter",
    kinds: EVERY,
    write: (name, secret) => `GET /v1/x?${name}=${secret}&b=2`,
  },
  { as: "a form", kinds: EVERY, write: (name, secret) => `a=1&${name}=${secret}&b=2` },
  {
    as: "a form in a URL-encoded text",
    kinds: EVERY,
    write: (name, secret) =>
      `to=${encodeURIComponent(`x?a=1&${name}=${encodeURIComponent(secret)}&b=2`)}`,
  },
  {
    as: "a form that was URL-encoded twice",
    kinds: EVERY,
    write: (name, secret) => encodeURIComponent(encodeURIComponent(`a=1&${name}=${secret}&b=2`)),
  },
  {
    as: "a link",
    kinds: EVERY,
    write: (name, secret) => `https://bucket.example/O'Brien.bam?a=1&${name}=${secret}`,
  },
  {
    as: "a link in JSON with escapes",
    kinds: EVERY,
    write: (name, secret) =>
      String.raw`{"Href":"https:\/\/b.example\/x?a=1\u0026${name}=${secret}"}`,
  },
  {
    as: "an encoded link",
    kinds: EVERY,
    write: (name, secret) => encodeURIComponent(`https://b.example/x?a=1&${name}=${secret}`),
  },
  { as: "JSON", write: (name, secret) => json({ a: 1, [name]: secret, b: "2" }) },
  {
    as: "JSON on lines",
    write: (name, secret) => JSON.stringify({ a: 1, [name]: secret }, null, 2),
  },
  { as: "JSON in JSON", write: (name, secret) => json({ body: json({ [name]: secret, b: "2" }) }) },
  {
    as: "JSON in JSON in JSON",
    write: (name, secret) => json({ body: json({ body: json({ [name]: secret }) }) }),
  },
  {
    as: "JSON with escaped quotes",
    write: (name, secret) => String.raw`{\u0022${name}\u0022:\u0022${secret}\u0022}`,
  },
  { as: "JSON with a list", write: (name, secret) => json({ [name]: ["other", secret] }) },
  {
    as: "JSON with an object",
    write: (name, secret) => json({ [name]: { a: { b: 1 }, value: secret } }),
  },
  { as: "URL-encoded JSON", write: (name, secret) => encodeURIComponent(json({ [name]: secret })) },
  { as: "JSON that was cut", write: (name, secret) => json({ [name]: secret }).slice(0, -2) },
  { as: "an object shown", write: (name, secret) => inspect({ a: 1, [name]: secret }) },
  { as: "an element", write: (name, secret) => `<E><${name}>${secret}</${name}></E>` },
  { as: "an option", kinds: NAMES, write: (name, secret) => `bsmount x --${name} ${secret}` },
  {
    as: "an option with =",
    write: (name, secret) => `bsmount x --my-${name}=${secret}`,
    kinds: NAMES,
  },
  {
    as: "a variable",
    kinds: NAMES,
    write: (name, secret) => `BASESPACE_${name}=${secret} bsmount`,
  },
];

/** Pieces of a secret that a text must not hold, however it is encoded. */
function pieces(secret: string): string[] {
  return secret.match(/[A-Za-z0-9]{4,8}/g) ?? [];
}

function expectHidden(text: string, secret: string): void {
  const shown = redactText(text);
  const left = pieces(secret).filter((piece) => shown.includes(piece));
  expect(left, `what is left of the secret in ${shown}`).toEqual([]);
  expect(redactText(shown), "hidden twice").toBe(shown);
}

describe("[S1] the text", () => {
  it.each([
    "access_token",
    "x-access-token",
    "refresh_token",
    "client_secret",
    "device_code",
    "code",
    "refund_secret",
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "Signature",
    "AWSAccessKeyId",
    "Expires",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Anything-New",
  ])("knows the name %s", (name) => expect(secretKindOf(name)).toBeDefined());

  it.each([
    [
      "GET https://b.example/x.bam?AWSAccessKeyId=K&Expires=1 failed",
      "GET https://b.example/x.bam?… failed",
    ],
    ["see https://b.example/x#access_token=1", "see https://b.example/x?…"],
    ["https://me:pa55@proxy.example:8080/x", "https://…@proxy.example:8080/x"],
    ["socks5://me@proxy.example", "socks5://…@proxy.example"],
    ["https://b.example/a@b?c=1", "https://b.example/a@b?…"],
    [
      String.raw`{"a":"https:\/\/b.example\/x?a=1\u0026b=2","c":3}`,
      String.raw`{"a":"https:\/\/b.example\/x?…","c":3}`,
    ],
    [
      String.raw`{\"a\":\"https://b.example/x?a=1\",\"c\":3}`,
      String.raw`{\"a\":\"https://b.example/x?…\",\"c\":3}`,
    ],
    ["https%3A%2F%2Fb.example%2Fx%3Fa%3D1&c=3", "https%3A%2F%2Fb.example%2Fx…&c=3"],
    ["https%253A%252F%252Fb.example%252Fx%2523a c", "https%253A%252F%252Fb.example%252Fx… c"],
    [
      "POST /v1pre3/oauthv2/deviceauthorization: the service returned 503",
      "POST /v1pre3/oauthv2/deviceauthorization: the service returned 503",
    ],
    ["deviceauthorization: abc", "deviceauthorization: …"],
    ["sent Bearer 0123abcd, refused", "sent Bearer …, refused"],
    ["Basic dXNlcjpwYXNz and more", "Basic … and more"],
    ["a=Bearer%20abc123&b=1", "a=Bearer%20…&b=1"],
    ["a=bearer+abc123&b=1", "a=bearer+…&b=1"],
    [`a token=${HEX}&b=2`, "a token=…&b=2"],
    [`token=${HEX}, then`, "token=…, then"],
    [`(token=${HEX})`, "(token=…)"],
    [`{token=${HEX}; b}`, "{token=…; b}"],
    [`token=${HEX}\\n`, "token=…\\n"],
    [`"cookie: a=1; b=2" -v`, `"cookie: …" -v`],
    [`'cookie: a="1"' -v`, `'cookie: …' -v`],
    ["`cookie: a=1` -v", "`cookie: …` -v"],
    ['cookie: a="1"; b=2\r\nhost: h', "cookie: …\r\nhost: h"],
    [String.raw`"Cookie: a=1\r\nHost: h"`, String.raw`"Cookie: …\r\nHost: h"`],
    [`["cookie", "a\\"b", "c"]`, `["cookie", "…", "c"]`],
    [`{"access_token":"a \\"b\\" c","d":1}`, `{"access_token":"…","d":1}`],
    [
      String.raw`{"x":"{\"access_token\":\"a \\\"b\\\" c\",\"d\":1}"}`,
      String.raw`{"x":"{\"access_token\":\"…\",\"d\":1}"}`,
    ],
    [`{"access_token" : "a", "d":1}`, `{"access_token" : "…", "d":1}`],
    [`{"tokens":[["a"],"b"],"d":1}`, `{"tokens":[…],"d":1}`],
    [`{"secrets":{"a":{}},"d":1}`, `{"secrets":{…},"d":1}`],
    [`'token' => '1'`, `'token' => '…'`],
    ["`token`: `1`", "`token`: `…`"],
    [`{"access_token":1234567,"d":1}`, `{"access_token":…,"d":1}`],
    ["<Token>a&amp;b</Token>", "<Token>…</Token>"],
    ["%22token%22%3A%22a%22%2C%22d%22%3A1", "%22token%22%3A%22…%22%2C%22d%22%3A1"],
    [
      String.raw`\u0022token\u0022:\u0022a\u0022,\u0022d\u0022`,
      String.raw`\u0022token\u0022:\u0022…\u0022,\u0022d\u0022`,
    ],
    ["/x?code=abc&d=1", "/x?code=…&d=1"],
    ["a=1&code=E1&d=1", "a=1&code=…&d=1"],
    [`the access token: ${HEX}`, "the access token: …"],
    ["token: abcdefghijklmnopqrstuvwxyz", "token: …"],
    ["token:word", "token:…"],
    ["token=word", "token=…"],
    ["access_token: word", "access_token: …"],
    ["--token abc1 --quiet", "--token … --quiet"],
    [`token: ${"a".repeat(20)}`, "token: …"],
    ["token: 1abc", "token: …"],
    ['{"code":"1a","b":2}', '{"code":"…","b":2}'],
    ['{"code":"a1","b":2}', '{"code":"…","b":2}'],
    [`{"code":"${"a".repeat(81)}"}`, '{"code":"…"}'],
    ["token%3Da,b;c e", "token%3D… e"],
    ['{"access_token":"0null"}', '{"access_token":"…"}'],
    ['{"access_token":"null0"}', '{"access_token":"…"}'],
    ["https://me:pa55@", "https://…@"],
    [String.raw`\"token\":\"a",b`, String.raw`\"token\":\"…",b`],
    ['{"token":"abc', '{"token":"…'],
    ['{"tokens":["abc', '{"tokens":[…'],
    ["%22token%22%3A%22abc", "%22token%22%3A%22…"],
    [
      String.raw`\\u0022token\\u0022:\\u0022a\\u0022`,
      String.raw`\\u0022token\\u0022:\\u0022…\\u0022`,
    ],
    ["token=Bearer  secretword", "token=…"],
    ["Bearer  abc123", "Bearer  …"],
    ["Bearer feedface", "Bearer …"],
    ["Bearer tokenfeed of basic fauth", "Bearer … of basic …"],
    ['["x-amz-security-token" ,  "a1"]', '["x-amz-security-token" ,  "…"]'],
    ["x --my-token  abc1 y", "x --my-token  … y"],
  ])("shows what is around the secret in %j", (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it.each([
    "",
    "no secret at all",
    "/data/tokens/token.txt",
    "cannot open /home/u/.config/bsmount/token: permission denied",
    "cannot read the client secret: ENOENT: no such file",
    "the token file /run/secrets/basespace-token is readable by others",
    "token-bucket.bam token_list.csv tokenizer: fast",
    "the access token: refused",
    "the token: it's not-known.",
    "the token: 401 Unauthorized",
    "this sign-in gave no token; try again",
    "Authorization failed for project 17",
    "an authorization, a cookie and a secret",
    "Expires: Thu, 01 Jan 2099 00:00:00 GMT",
    "the link expires in 5 min",
    '{"Expires":"2999-01-01T00:00:00Z"}',
    "<Expires>2999-01-01</Expires>",
    "link_expires=5 errorCode=9999999a barcode=ACGTACGTACGT postcode: CB21 6DF",
    "exit code: 3, status code 503, error code: E2BIG",
    "code: 'ENOENT' code: UND_ERR_SOCKET code=ERR_HTTP2_STREAM_ERROR code: -2",
    '{"ErrorCode":"BASESPACE.COMMON.RESOURCE_NOT_FOUND","code":"invalid_grant"}',
    "<Error><Code>SignatureDoesNotMatch</Code></Error>",
    "your code is WDJB-MJHT; user_code=WDJB-MJHT",
    "x-amz-request-id: 4442587FB7D0A2F9",
    "x-amz-id-2: vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6",
    '{"access_token":null,"hasToken":false}',
    '"token", "other"',
    "--token or a profile",
    "a token  0123abc",
    "--x a token 0123abc",
    "--token",
    "--token ",
    "the token: Well-known-thing",
    `the token: ${"a".repeat(19)}`,
    "the secret: refused, the password: wrong, the signature: other",
    "code=ENOENT",
    "code: 503",
    "code: abc",
    `{"code":"${"a".repeat(80)}"}`,
    "mailto%3A%2Fx%3Fy",
    "Basic usage, a Bearer token, Bearer tokens. A bearer of news or Basic authentication",
    "Bearer or basic and Basic auth, Bearer authorization, Basic access, the Bearer scheme, basic schemes",
    "https://api.basespace.illumina.com/v1pre3/files/123/content",
    "https%3A%2F%2Fapi.example%2Fv1pre3 stays",
    "bs:/projects/1001/samples/17/files/x@y.bam?",
    "C:/a?b 10:30 a:b",
    "0123456789abcdef0123456789abcdef",
  ])("leaves %j as it is", (text) => expect(redactText(text)).toBe(text));

  it("leaves texts without a name, a link or a scheme as they are", () => {
    const harmless = fc
      .string({ unit: "grapheme", maxLength: 60 })
      .filter(
        (text) =>
          !/token|secret|password|signature|code|cookie|author|key|expires|amz|bearer|basic|:/i.test(
            text,
          ),
      );
    fc.assert(
      fc.property(harmless, (text) => {
        expect(redactText(text)).toBe(text);
      }),
    );
  });
});

describe("[S1] the value", () => {
  it.each(SECRET_NAMES.filter(({ kind }) => kind !== "parameter"))(
    "hides what has the key $words, wherever it is",
    (name) => {
      for (const key of spellings(name)) {
        const value = { deep: [{ [key]: HEX, list: { [key]: [HEX], other: 1 } }] };
        const kept = name.kind === "code" ? [HEX] : "…";
        expect(redactValue({ [key]: HEX, b: 2 })).toEqual({ [key]: "…", b: 2 });
        expect(redactValue(value)).toEqual({
          deep: [{ [key]: "…", list: { [key]: kept, other: 1 } }],
        });
      }
    },
  );

  it("hides the values of raw headers, in a list and in pairs", () => {
    const raw = ["Host", "h", "Authorization", HEX, "x-access-token", HEX, "Accept", "a"];
    const hidden = ["Host", "h", "Authorization", "…", "x-access-token", "…", "Accept", "a"];
    expect(redactValue(raw)).toEqual(hidden);
    expect(redactValue([["Set-Cookie", HEX]])).toEqual([["Set-Cookie", "…"]]);
    expect(redactValue(["token", "b", 5, "c"])).toEqual(["token", "b", 5, "c"]);
  });

  it("redacts texts and errors, their causes included", () => {
    const cause = new Error(`401 for Bearer ${HEX}`);
    const error = new BsmountError("unavailable", "asking failed", { cause });
    expect(redactValue({ error, at: [`token=${HEX}`] })).toEqual({
      error: "asking failed: 401 for Bearer …",
      at: ["token=…"],
    });
  });

  it("keeps values that are no secrets under any key", () => {
    const value = {
      errorCode: 9999,
      code: "ENOENT",
      statusCode: 404,
      tokenFile: "/run/token",
      "token.file": "/run/token",
      token: null,
      secret: undefined,
      hasToken: true,
      expires: "2099-01-01",
      "x-amz-request-id": "4442587FB7D0A2F9",
      n: 1,
      big: 1n,
    };
    expect(redactValue(value)).toEqual(value);
    expect(redactValue({ code: 5 })).toEqual({ code: 5 });
    expect([null, undefined, 5, true].map((plain) => redactValue(plain))).toEqual([
      null,
      undefined,
      5,
      true,
    ]);
  });

  it("counts bytes and does not show them", () => {
    expect(redactValue({ body: Buffer.from(HEX) })).toEqual({ body: "… (32 bytes)" });
  });

  it("ends where it is nested deeply, or in itself", () => {
    const loop: Record<string, unknown> = { token: HEX };
    loop["loop"] = loop;
    expect(JSON.stringify(redactValue(loop))).toBe(
      `{"token":"…","loop":`.repeat(6) + `"…"` + "}".repeat(6),
    );
    expect(redactValue([[{ a: {} }]], 3)).toEqual([[{ a: "…" }]]);
    expect(redactValue([["a"]], 1)).toEqual(["…"]);
  });
});

describe("[S1] each name in each form", () => {
  it.each(FORMS)(
    "hides every secret at the start, in the middle and at the end of a text: $as",
    ({ write, kinds = [...NAMES, "code"] }) => {
      for (const name of SECRET_NAMES.filter(({ kind = "compound" }) =>
        kinds.includes(kind),
      ).flatMap(spellings)) {
        expectHidden(write(name, BASE64), BASE64);
        const text = write(name, HEX);
        for (const around of [text, `it said ${text} and ended`, `before\n${text}\nbehind`]) {
          expectHidden(around, HEX);
        }
      }
    },
  );
});
