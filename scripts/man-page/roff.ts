/* The few requests of man(7) that the page needs. Each function answers whole lines, or a part of one. */

/** Plain text, which no formatter takes for anything else. */
export function text(plain: string): string {
  const escaped = plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("…", "\\&...");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

export function bold(plain: string): string {
  return `\\fB${text(plain)}\\fP`;
}

export function heading(title: string): string {
  return `.SH ${title.toUpperCase()}`;
}

export function subheading(title: string): string {
  return `.SS "${text(title).replaceAll('"', "\\(dq")}"`;
}

/** The first paragraph of a section; the others are set apart from the one before. */
export function lead(plain: string): string {
  return lines(plain);
}

export function paragraph(plain: string): string {
  return `.PP\n${lines(plain)}`;
}

/** @param term formatted already */
export function item(term: string, plain: string): string {
  return `.TP\n${term}\n${lines(plain)}`;
}

/** Lines that are shown as they are, indented. */
export function verbatim(plain: string): string {
  const all = plain.split("\n").map((line) => (line === "" ? ".sp" : text(line)));
  return [".PP", ".RS 4", ".nf", ...all, ".fi", ".RE"].join("\n");
}

/** Of the source: formatters fill theirs themselves. Escapes make some of them longer. */
const LINE_LENGTH = 66;

/** A new sentence begins a line of its own, so that formatters set its space. */
function lines(plain: string): string {
  return plain
    .split(/(?<=[.;]) (?=[A-Z])/)
    .flatMap(wrapped)
    .map(text)
    .join("\n");
}

function wrapped(sentence: string): readonly string[] {
  const all: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = all.at(-1);
    if (last === undefined || last.length + word.length >= LINE_LENGTH) all.push(word);
    else all[all.length - 1] = `${last} ${word}`;
  }
  return all;
}
