import { BsmountError } from "../../core/errors.ts";
import type { CallOptions } from "../transport/rest.ts";
import { EntityFinder, type EntitySource, type FoundEntity, isEntityId } from "./entity-finder.ts";
import type { LaunchForm, LaunchFormOptions } from "./launch-form.ts";
import { isEntityType, type LaunchValue, type LaunchValues, valueMap } from "./launch-property.ts";
import type { LaunchSpecification } from "./launch-specification.ts";

/** The option that names the launch, and is no input. */
const LAUNCH_NAME = "LaunchName";

/** The name of a launch has the names of as many entities. */
const MAX_NAMES = 3;

/** The inputs of a launch as people give them. */
export interface LaunchPayloadOptions extends CallOptions {
  /** Where entities are found: a `BaseSpace`. */
  readonly source: EntitySource;
  /**
   * A value for each input that has no default and is not among `options`, in the order of
   * `minimumRequirements()`. An entity is an Id, a path in a mount, or a name.
   */
  readonly args: readonly LaunchValue[];
  /** Other values by short names; `LaunchName` names the launch. Default: none. */
  readonly options?: LaunchValues;
  /**
   * Finds the entity of a path, which is a text with a slash; undefined for a path that it does not know, which
   * `MountedEntity.read` then reads. Default: it knows none.
   * @throws BsmountError `usage`
   */
  readonly resolvePath?: (type: string, path: string) => Promise<FoundEntity | undefined>;
  /** When it is given, paths in a mount of BaseMount must be shown by the same token. Default: not compared. */
  readonly accessToken?: string;
}

/** The arguments of one launch, made into what the app takes. Entities are looked up once. */
export class LaunchPayload {
  readonly #specification: LaunchSpecification;
  readonly #given: ReadonlyMap<string, LaunchValue>;
  readonly #options: LaunchPayloadOptions;
  readonly #finder: EntityFinder;
  readonly #launchName: string | undefined;
  /** By type and text. */
  readonly #found = new Map<string, Promise<FoundEntity>>();
  #values: Promise<Map<string, LaunchValue>> | undefined;

  /** @throws BsmountError `usage` for more or fewer arguments than the app takes, or an unknown option */
  constructor(specification: LaunchSpecification, options: LaunchPayloadOptions) {
    const { source, args, signal, timeoutMs, totalMs } = options;
    const given = valueMap(options.options ?? {});
    const launchName = given.get(LAUNCH_NAME);
    given.delete(LAUNCH_NAME);
    for (const name of given.keys()) specification.property(name);
    const names = specification.minimumRequirements().filter((name) => !given.has(name));
    if (names.length !== args.length) {
      const needed = specification.describeRequirements() || "none";
      throw new BsmountError(
        "usage",
        `the app takes ${names.length} arguments, and ${args.length} were given`,
        { remedy: `its arguments are, in this order: ${needed}` },
      );
    }
    for (const [at, name] of names.entries()) given.set(name, args[at] ?? "");
    this.#specification = specification;
    this.#given = specification.resolveLists(given);
    this.#options = options;
    this.#launchName = typeof launchName === "string" ? launchName : undefined;
    this.#finder = new EntityFinder(source, withoutUndefined({ signal, timeoutMs, totalMs }));
  }

  /**
   * All values that were given, with an Id for each entity: for `LaunchSpecification.form`.
   * @throws BsmountError `usage` for an entity that is not found, or of another type
   */
  async values(): Promise<ReadonlyMap<string, LaunchValue>> {
    this.#values ??= this.#resolveAll();
    return await this.#values;
  }

  /**
   * Whether BaseSpace has an entity of this Id for an input; true for inputs that are no entities.
   * @throws BsmountError `usage` for an unknown input; ApiError
   */
  async isValidId(name: string, id: string): Promise<boolean> {
    const type = this.#specification.baldTypeOf(name);
    if (!["project", "sample", "appresult", "run"].includes(type)) return true;
    return isEntityId(id) && (await this.#finder.nameOf(type, id)) !== undefined;
  }

  /**
   * `App : a+b+c+2more`, from the names of the samples, or of the app results if there is no sample; with neither, the
   * name of the app. The option `LaunchName` comes first.
   * @throws BsmountError `usage` as {@link values}
   */
  async launchName(appName: string): Promise<string> {
    if (this.#launchName !== undefined) return this.#launchName;
    await this.values();
    for (const type of ["sample", "appresult"]) {
      const texts = this.#textsOf(type);
      const names: string[] = [];
      let seen = 0;
      for (; seen < texts.length && names.length < MAX_NAMES; seen += 1) {
        const name = await this.#nameOf(type, texts[seen] ?? "");
        if (name !== undefined) names.push(name);
      }
      if (seen < texts.length) names.push(`${texts.length - seen}more`);
      if (names.length > 0) return `${appName} : ${names.join("+")}`;
    }
    return appName;
  }

  /**
   * The form that launches the app, named by {@link launchName} unless `options` has a name.
   * @throws BsmountError `usage`
   */
  async form(appName: string, options: Partial<LaunchFormOptions> = {}): Promise<LaunchForm> {
    const name = options.name ?? (await this.launchName(appName));
    return this.#specification.form(await this.values(), { ...options, name });
  }

  async #resolveAll(): Promise<Map<string, LaunchValue>> {
    const projects: string[] = [];
    const resolved = new Map<string, LaunchValue>();
    // Projects first: names of samples are searched for in them.
    const names = [...this.#given.keys()];
    const isProject = (name: string): boolean => this.#specification.baldTypeOf(name) === "project";
    for (const name of [...names.filter(isProject), ...names.filter((each) => !isProject(each))]) {
      const value = await this.#resolve(name, this.#given.get(name) ?? "", projects);
      resolved.set(name, value);
      if (isProject(name)) projects.push(...(typeof value === "string" ? [value] : textsIn(value)));
    }
    return new Map(names.map((name) => [name, resolved.get(name) ?? ""]));
  }

  async #resolve(
    name: string,
    value: LaunchValue,
    projects: readonly string[],
  ): Promise<LaunchValue> {
    const { columns } = this.#specification.property(name);
    const type = this.#specification.baldTypeOf(name);
    if (typeof value === "string") return await this.#idOf(type, value, projects);
    if (!Array.isArray(value)) return value;
    const resolved: (string | readonly string[])[] = [];
    for (const item of value as readonly (string | readonly string[])[]) {
      if (typeof item === "string") {
        resolved.push(await this.#idOf(type, item, projects));
        continue;
      }
      const row: string[] = [];
      for (const [at, cell] of item.entries()) {
        row.push(await this.#idOf(columns?.[at]?.type ?? "string", cell, projects));
      }
      resolved.push(row);
    }
    return resolved as LaunchValue;
  }

  async #idOf(type: string, text: string, projects: readonly string[]): Promise<string> {
    return isEntityType(type) ? (await this.#find(type, text, projects)).id : text;
  }

  /** Quotes around an argument are removed, such as those of a CSV file. */
  async #find(type: string, given: string, projects: readonly string[]): Promise<FoundEntity> {
    const text = given.trim().replace(/^"(.*)"$/, "$1");
    const key = `${type} ${given}`;
    const known = this.#found.get(key);
    if (known !== undefined) return await known;
    const search = this.#search(type, text, projects);
    this.#found.set(key, search);
    return await search;
  }

  async #search(type: string, text: string, projects: readonly string[]): Promise<FoundEntity> {
    if (text === "") throw new BsmountError("usage", `a ${type} is empty`);
    if (isEntityId(text)) return { id: text };
    if (!text.includes("/")) return await this.#finder.byName(type, text, projects);
    const { resolvePath, accessToken, signal } = this.#options;
    const known = await resolvePath?.(type, text);
    if (known !== undefined) return known;
    const { entity, ...found } = await this.#finder.atPath(type, text);
    const shownBy = await entity.accessToken(signal === undefined ? {} : { signal });
    if (accessToken === undefined || shownBy === undefined || shownBy === accessToken) return found;
    throw new BsmountError("usage", `${text} is shown by another access token than the launch's`, {
      remedy: "mount with the profile that launches, or give the Id",
    });
  }

  /** The entities of this type among the arguments, as they were given. */
  #textsOf(type: string): readonly string[] {
    return [...this.#given].flatMap(([name, value]) => {
      const { columns } = this.#specification.property(name);
      if (columns === undefined) {
        const isOfType = this.#specification.baldTypeOf(name) === type;
        return isOfType ? (typeof value === "string" ? [value] : textsIn(value)) : [];
      }
      const rows = (Array.isArray(value) ? value : []) as readonly (readonly string[])[];
      return rows.flatMap((row) => row.filter((_cell, at) => columns[at]?.type === type));
    });
  }

  async #nameOf(type: string, text: string): Promise<string | undefined> {
    const { id, name } = await this.#find(type, text, []);
    return name ?? (await this.#finder.nameOf(type, id));
  }
}

function textsIn(value: LaunchValue): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function withoutUndefined(options: {
  readonly [Key in keyof CallOptions]: CallOptions[Key] | undefined;
}): CallOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
