import { type Facts, isId, isVague } from "./facts.ts";

/** The kinds of entities that a catalog can have. */
export const NOUNS = [
  "users",
  "applications",
  "projects",
  "samples",
  "appresults",
  "appsessions",
  "runs",
  "files",
  "biosamples",
  "libraries",
  "datasets",
] as const;

export type Noun = (typeof NOUNS)[number];

export function isNoun(text: string): text is Noun {
  return (NOUNS as readonly string[]).includes(text);
}

/** All entities of a folder of recordings, by noun and Id. */
export class RecordedEntities {
  readonly #facts = new Map<Noun, Map<string, Record<string, unknown>>>();
  readonly #properties = new Map<string, Map<string, Facts>>();
  readonly #samplesOfRuns = new Map<string, Set<string>>();
  /** The user whose token was recorded; undefined if no recording says who it was. */
  caller: string | undefined;

  /** Adds what one recording says; of two values for a key the first counts that says anything. */
  add(noun: Noun, id: string, facts: Facts = {}): void {
    if (!isId(noun, id)) return;
    const table = this.#facts.get(noun) ?? new Map<string, Record<string, unknown>>();
    this.#facts.set(noun, table);
    const known = table.get(id) ?? {};
    table.set(id, known);
    for (const [key, value] of Object.entries(facts)) {
      if (!Object.hasOwn(known, key) || isVague(known[key])) known[key] = value;
    }
  }

  get(noun: Noun, id: string): Facts | undefined {
    return this.#facts.get(noun)?.get(id);
  }

  has(noun: Noun, id: string): boolean {
    return this.get(noun, id) !== undefined;
  }

  /** All entities of a noun with their Ids, in the order in which they were found. */
  all(noun: Noun): readonly (readonly [id: string, facts: Facts])[] {
    return [...(this.#facts.get(noun) ?? [])];
  }

  addProperty(noun: Noun, id: string, name: string, property: Facts): void {
    const key = `${noun}/${id}`;
    const properties = this.#properties.get(key) ?? new Map<string, Facts>();
    this.#properties.set(key, properties);
    if (!properties.has(name)) properties.set(name, property);
  }

  /** The properties of an entity as they were recorded, by their names. */
  propertiesOf(noun: Noun, id: string): ReadonlyMap<string, Facts> {
    return this.#properties.get(`${noun}/${id}`) ?? new Map<string, Facts>();
  }

  addSampleOfRun(run: string, sample: string): void {
    const samples = this.#samplesOfRuns.get(run) ?? new Set();
    this.#samplesOfRuns.set(run, samples.add(sample));
  }

  samplesOfRun(run: string): readonly string[] {
    return [...(this.#samplesOfRuns.get(run) ?? [])];
  }
}
