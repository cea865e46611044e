import { ABSENT, type Differences } from "./difference.ts";
import type { Headers } from "./recording.ts";
import { textForm } from "./text-form.ts";

/** Headers of the connection and of the recorder's encoding, not of the response. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "content-encoding",
]);

/** Headers that the service sends with some responses and not with others of the same endpoint. */
const SOMETIMES: ReadonlySet<string> = new Set(["x-basespace-source", "x-request-id"]);

const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Compares which headers there are, and their values without dates, hosts, lengths and version numbers. */
export function compareHeaders(differences: Differences, recorded: Headers, own: Headers): void {
  const [theirs, ours] = [valuesByName(recorded), valuesByName(own)];
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    const key = name.toLowerCase();
    const [their, our] = [theirs.get(name), ours.get(name)];
    if (OF_THE_CONNECTION.has(key) || their === our) continue;
    if (SOMETIMES.has(key) && (their === undefined || our === undefined)) continue;
    differences.add({
      kind: "header",
      where: `header ${name}`,
      recorded: their ?? ABSENT,
      emulator: our ?? ABSENT,
    });
  }
}

/** By their names in lower case, since case does not count. */
function valuesByName(headers: Headers): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, values]) => {
      const key = name.toLowerCase();
      return [key, values.map((value) => normalized(key, value)).join(", ")];
    }),
  );
}

function normalized(name: string, value: string): string {
  if (HTTP_DATE.test(value)) return "date";
  if (name === "content-length" && /^\d+$/.test(value)) return "number";
  if (name === "server") return value.replaceAll(/\d+(\.\d+)+/g, "x.y.z");
  const form = textForm(value);
  return form === "URL" || form.startsWith("link ") ? form : value.slice(0, 200);
}
