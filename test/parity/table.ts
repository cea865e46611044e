import { BASESPACEPY } from "./basespacepy.ts";
import type { Row } from "./row.ts";
import { AROUND } from "./rows-around.ts";
import { EXCEPTIONS } from "./rows-exceptions.ts";
import { LAUNCHING } from "./rows-launching.ts";
import { READING } from "./rows-reading.ts";
import { SIGNING_IN } from "./rows-signing-in.ts";
import { WRITING } from "./rows-writing.ts";

export const METHODS: readonly string[] = Object.entries(BASESPACEPY).flatMap(([name, methods]) =>
  methods.map((method) => `${name}.${method}`),
);

const all: readonly Row[] = [
  ...READING,
  ...WRITING,
  ...SIGNING_IN,
  ...AROUND,
  ...LAUNCHING,
  ...EXCEPTIONS,
];

/** A row for each method, in the order of BaseSpacePy's classes. */
export const ROWS: readonly Row[] = METHODS.flatMap((method) =>
  all.filter(({ python }) => python === method),
);

/** Rows that are of no method, such as those with a slip in their name. */
export const STRAY: readonly string[] = all
  .map(({ python }) => python)
  .filter((python) => !METHODS.includes(python));

/** The page docs/from-basespacepy.md. */
export function parityPage(): string {
  return `# From BaseSpacePy to bsmount

The replacement of each method of Illumina's Python SDK. \`basespace\` is a \`BaseSpace\`, \`oauth\` an \`OAuth\`. A
test runs the replacement in each line against the local BaseSpace; lines marked "later" have none yet.

${parityTable()}
`;
}

/** One line for all methods of a class that have the same replacement. */
function parityTable(): string {
  const lines = new Map<string, { readonly bsmount: string; readonly pythons: string[] }>();
  for (const { python, bsmount } of ROWS) {
    const [name = ""] = python.split(".");
    const key = `${name} ${bsmount}`;
    const line = lines.get(key) ?? { bsmount, pythons: [] };
    line.pythons.push(`\`${python}\``);
    lines.set(key, line);
  }
  const cell = (text: string): string => (/^[a-zA-Z.]+\(/.test(text) ? `\`${text}\`` : text);
  return [
    "| BaseSpacePy | bsmount |",
    "| --- | --- |",
    ...[...lines.values()].map(
      ({ pythons, bsmount }) => `| ${pythons.join(", ")} | ${cell(bsmount)} |`,
    ),
  ].join("\n");
}
