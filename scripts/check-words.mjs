/**
 * `npm run words`: fails when the sources use a word that the glossary in CONTRIBUTING.md replaces. Names are looked
 * at in src/, comments and texts in src/ and test/, prose in the pages. A word of an interface, such as an action of a
 * fault rule, is allowed where `except` says so.
 */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import ts from "typescript";

/** Of names in src/: what they must not contain, and what the glossary says instead. */
const NAMES = [
  {
    word: /(^|[a-z])held([A-Z]|$)|Held/,
    say: "pinned, reserved or awaiting rename",
    // The field of `status --json` and of the control protocol.
    except: ["linux/process-lock.ts", "src/mount/", "cli/status-lines.ts"],
  },
  {
    word: /^places?$|^place[A-Z]|[a-z]Places?([A-Z]|$)/,
    say: "path or destination",
    // Of the journal's lines; `in place` is English.
    except: [
      "api/transfers/upload-journal.ts",
      "api/transfers/upload-file.ts",
      "emulator/content/",
    ],
  },
  { word: /answer/i, say: "response, reply or result", except: ["emulator/faults/"] },
  { word: /^(is)?told$|Told|^tell([A-Z]|$)/, say: "report, publish or log" },
  { word: /^looks?$|[a-z]Look$|^look(?!up|ahead|Up)[A-Z]/, say: "find, search or attempt" },
  {
    word: /^(whose|meant|wish|lately|goesOn\w*|isWinner|isMeant)$|Wish|Lately/,
    say: "a word that says what it is",
  },
];

/** Of comments and texts. */
const PHRASES = [
  { word: /\bgo(es|ing)? up\b|\bwent up\b/, say: "is uploaded" },
  { word: /\bheld back\b/, say: "awaiting rename" },
  { word: /\bTold (when|of)\b/, say: "Called when" },
  {
    word: /\bOf ours\b|\bso many (bytes|of them)\b|\bfor so long\b|\bIn all\./,
    say: "a sentence with a subject",
  },
  {
    // `drop-answer` is an action of a fault rule, and users answer questions.
    word: /(?<!drop-)\b[Aa]nswer(s|ed|ing)?\b(?! yes)/,
    say: "response, reply, result or returns",
  },
  { word: /\b[Ww]hoever\b|\bto be had\b|\bfor want of\b/, say: "a sentence with a subject" },
];

const filesBelow = (folder, extension) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) =>
        file.endsWith(extension) && !file.includes("demo-data") && !file.includes("fixtures"),
    )
    .map((file) => `${folder}/${file}`);

let found = 0;

function report(file, line, word, say) {
  found += 1;
  process.stdout.write(`${file}:${line}: "${word}": say ${say}\n`);
}

/** The names that a source file declares. */
function* declaredNames(node) {
  const { name } = node;
  const isDeclared = name !== undefined && !ts.isPropertyAccessExpression(node);
  if (isDeclared && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) yield name;
  for (const child of node.getChildren()) yield* declaredNames(child);
}

function checkNames(file, source) {
  for (const name of declaredNames(source)) {
    const text = name.text.replace(/^#/, "");
    const line = source.getLineAndCharacterOfPosition(name.getStart()).line + 1;
    for (const { word, say, except = [] } of NAMES) {
      if (word.test(text) && !except.some((part) => file.includes(part)))
        report(file, line, text, say);
    }
  }
}

function checkPhrases(file, text) {
  for (const [at, line] of text.split("\n").entries()) {
    for (const { word, say } of PHRASES) {
      const match = word.exec(line);
      if (match !== null) report(file, at + 1, match[0], say);
    }
  }
}

for (const file of filesBelow("src", ".ts")) {
  const text = readFileSync(file, "utf8");
  checkNames(file, ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  checkPhrases(file, text);
}
for (const file of filesBelow("test", ".ts")) checkPhrases(file, readFileSync(file, "utf8"));
const pages = [
  "README.md",
  ...["src", "test", "native-notes", "docs"].flatMap((folder) => filesBelow(folder, ".md")),
];
for (const file of pages) checkPhrases(file, readFileSync(file, "utf8"));

process.stdout.write(`words: ${found} that the glossary in CONTRIBUTING.md replaces\n`);
process.exitCode = found === 0 ? 0 : 1;
