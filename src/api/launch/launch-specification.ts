/*
 * Begin here: `launch/` launches apps as Illumina's SDK for Python does, from what a former session shows.
 *
 * - `session-metadata.ts` reads the inputs and their values from that session (`map-columns.ts`: from tables)
 * - this file knows the inputs, and makes the form to send (`launch-form.ts`); `applications.launchForm` sends it
 * - `launch-payload.ts` turns the arguments of a command into values: names (`entity-finder.ts`), Ids, and paths in a
 *   mount (`mounted-entity.ts`); `parse-argument.ts` reads lists, `describe-inputs.ts` writes what people read
 */

import { BsmountError } from "../../core/errors.ts";
import type { MapEntry } from "../models/property-types.ts";
import { describeInput, describeValue } from "./describe-inputs.ts";
import {
  baldType,
  type LaunchColumn,
  type LaunchProperty,
  type LaunchValue,
  type LaunchValues,
  shortNames,
  valueMap,
} from "./launch-property.ts";
import {
  type LaunchForm,
  launchForm,
  type LaunchFormOptions,
  sampleAttributes,
  V1,
} from "./launch-form.ts";
import { parseArgument } from "./parse-argument.ts";
import type { LaunchInputs } from "./session-metadata.ts";

/** What an app takes to be launched: its inputs, by short names such as `sample-id`, and the values that some have. */
export class LaunchSpecification {
  /** The inputs, by their full names. */
  readonly properties: readonly LaunchProperty[];
  /** The values that are used unless others are given, by short names. */
  readonly defaults: ReadonlyMap<string, LaunchValue>;
  readonly #shortNames: ReadonlyMap<string, string>;
  readonly #byShortName: ReadonlyMap<string, LaunchProperty>;

  /**
   * `AppSessionMetaData.launchInputs()` returns both.
   * @throws BsmountError `usage` for an input without `Input.` before its name, or one that is there twice
   */
  constructor(properties: readonly LaunchProperty[], defaults: LaunchValues = {}) {
    this.properties = properties;
    this.defaults = valueMap(defaults);
    this.#shortNames = shortNames(properties.map(({ name }) => name));
    this.#byShortName = new Map(properties.map((each) => [this.shortName(each.name), each]));
  }

  /** Of what a former session had: `LaunchSpecification.of(metaData.launchInputs())`. */
  static of({ properties, defaults }: LaunchInputs): LaunchSpecification {
    return new LaunchSpecification(properties, defaults);
  }

  /**
   * The short name of `Input.sample-id`: `sample-id`; of inputs whose last parts are equal, with the parts before it.
   * @throws BsmountError `usage` for an unknown input
   */
  shortName(fullName: string): string {
    const short = this.#shortNames.get(fullName);
    if (short === undefined) throw this.#unknownError([fullName]);
    return short;
  }

  /** The short names of all inputs, sorted. */
  variables(): readonly string[] {
    return [...this.#byShortName.keys()].sort();
  }

  /** The short names of the inputs that must be given, since they have no default; sorted. */
  minimumRequirements(): readonly string[] {
    return this.variables().filter((name) => !this.defaults.has(name));
  }

  /** The input of this short name. @throws BsmountError `usage` for an unknown one */
  property(name: string): LaunchProperty {
    const property = this.#byShortName.get(name);
    if (property === undefined) throw this.#unknownError([name]);
    return property;
  }

  /** The type of an input, such as `sample[]`. @throws BsmountError `usage` */
  typeOf(name: string): string {
    return this.property(name).type;
  }

  /** The type of an input without `[]`. @throws BsmountError `usage` */
  baldTypeOf(name: string): string {
    return baldType(this.typeOf(name));
  }

  /** Whether an input takes a list. @throws BsmountError `usage` */
  isList(name: string): boolean {
    return this.typeOf(name).endsWith("[]");
  }

  /** How many of the inputs that must be given take a list. */
  countLists(): number {
    return this.minimumRequirements().filter((name) => this.isList(name)).length;
  }

  /** The columns of an input that is a table; empty for all others. @throws BsmountError `usage` */
  columnsOf(name: string): readonly LaunchColumn[] {
    return this.property(name).columns ?? [];
  }

  /**
   * Reads an argument of a command as the value of an input: commas separate items and cells, `::` rows, and `@FILE`
   * is a file with a line for each item or row.
   * @throws BsmountError `usage`
   */
  async parseArgument(
    name: string,
    text: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<LaunchValue> {
    return await parseArgument(text, this.property(name), signal);
  }

  /**
   * The values, with single ones made lists where an input takes a list.
   * @throws BsmountError `usage` for a list where an input takes one value, or for an unknown input
   */
  resolveLists(values: LaunchValues): Map<string, LaunchValue> {
    const resolved = valueMap(values);
    for (const [name, value] of resolved) {
      const { columns } = this.property(name);
      const isSeveral = Array.isArray(value);
      if (this.isList(name) && typeof value === "string") resolved.set(name, [value]);
      if (this.isList(name) || columns !== undefined || !isSeveral) continue;
      throw new BsmountError("usage", `${name} takes one ${this.typeOf(name)}, and not a list`);
    }
    return resolved;
  }

  /**
   * The form that launches the app with these values, and the defaults of all others: see
   * `basespace.applications.launchForm`.
   * @throws BsmountError `usage` when a compulsory input is missing, for an unknown one, or a value that does not fit
   */
  form(values: LaunchValues, options: LaunchFormOptions): LaunchForm {
    const given = valueMap(values);
    const missing = this.minimumRequirements().filter((name) => !given.has(name));
    if (missing.length > 0) {
      const names = missing.map((name) => describeInput(name, this.property(name)));
      throw new BsmountError("usage", `the launch lacks compulsory inputs: ${names.join(", ")}`);
    }
    const unknown = [...given.keys()].filter((name) => !this.#byShortName.has(name));
    if (unknown.length > 0) throw this.#unknownError(unknown);
    const all = this.resolveLists(new Map([...this.defaults, ...given]));
    const inputs = this.properties.map((property) => {
      const short = this.shortName(property.name);
      return [property, short, all.get(short) ?? ""] as const;
    });
    return launchForm(inputs, options);
  }

  /**
   * What a form says of one sample of an input, see `sampleAttributes` of {@link LaunchFormOptions}.
   * @throws BsmountError `usage` for an unknown input, or what is no Id
   */
  sampleAttributes(
    name: string,
    sampleId: string,
    attributes: Readonly<Record<string, string>>,
  ): readonly MapEntry[] {
    const field = this.property(name).name.replace(/^Input\./, "");
    return sampleAttributes(sampleId, field, { attributes, apiVersion: V1 });
  }

  /** Name, type and default of each input that has a default, sorted by name. */
  optionRows(): readonly (readonly [name: string, type: string, value: string])[] {
    return this.variables().flatMap((name) => {
      const value = this.defaults.get(name);
      return value === undefined ? [] : [[name, this.typeOf(name), describeValue(value)] as const];
    });
  }

  /** The inputs that must be given, on one line: `project-id (project) sample-id (sample[])`. */
  describeRequirements(): string {
    return this.minimumRequirements()
      .map((name) => describeInput(name, this.property(name)))
      .join(" ");
  }

  /** A line for each input that has a default, below a heading; tabs separate name, type and default. */
  describeOptions(): string {
    return [["Name", "Type", "Default"], ...this.optionRows()]
      .map((row) => row.join("\t"))
      .join("\n");
  }

  #unknownError(names: readonly string[]): BsmountError {
    const shown = names.map((name) => JSON.stringify(name)).join(", ");
    return new BsmountError("usage", `the app has no input ${shown.slice(0, 200)}`, {
      remedy: `its inputs are ${this.variables().join(", ")}`,
    });
  }
}
