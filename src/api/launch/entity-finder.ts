import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { EntityType } from "../models/property-types.ts";
import type { AppResults } from "../resources/app-results.ts";
import type { Projects } from "../resources/projects.ts";
import type { Runs } from "../resources/runs.ts";
import type { Samples } from "../resources/samples.ts";
import type { Users } from "../resources/users.ts";
import type { CrawlOptions } from "../paging/list.ts";
import type { CallOptions } from "../transport/rest.ts";
import { MountedEntity } from "./mounted-entity.ts";

/** The part of a `BaseSpace` that finds entities. */
export interface EntitySource {
  /** Users, and the lists of what a user sees. */
  readonly users: Users;
  /** Projects. */
  readonly projects: Projects;
  /** Samples. */
  readonly samples: Samples;
  /** App results. */
  readonly appResults: AppResults;
  /** Sequencing runs. */
  readonly runs: Runs;
}

/** An entity that was found. */
export interface FoundEntity {
  /** BaseSpace's Id. */
  readonly id: string;
  /** Its name, where it is known without another request. */
  readonly name?: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A list, as far as it is needed here. */
interface Listed<Item> {
  all(options: CrawlOptions): Promise<Item[]>;
}

/** A name is searched for in as many projects; with more, it takes too many requests. */
const MAX_PROJECTS = 200;
const MAX_LISTED = 100_000;

/** Whether it is an Id of BaseSpace: digits, or that of a dataset. */
export function isEntityId(text: string): boolean {
  return /^(?:\d{1,20}|ds\.[0-9a-f]{32})$/.test(text);
}

/** Finds entities by their names, and names by Ids. */
export class EntityFinder {
  readonly #source: EntitySource;
  readonly #options: CallOptions;
  /** Lists that were read, since a launch may name many samples of one project. */
  readonly #lists = new Map<string, Promise<readonly Named[]>>();

  constructor(source: EntitySource, options: CallOptions) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * The only entity of this type and name. Samples and app results are searched for in `projects`, or in all projects
   * of the user where there are none.
   * @throws BsmountError `usage` when there is none, when there are several, or for a type without a search by name
   */
  async byName(type: string, name: string, projects: readonly string[]): Promise<FoundEntity> {
    const found = await this.#named(type, name, projects);
    const [first, ...more] = found;
    const what = `${type} called ${JSON.stringify(name)}`;
    if (first === undefined) {
      throw new BsmountError("usage", `there is no ${what}`, { remedy: "give its Id" });
    }
    if (more.length === 0) return first;
    const ids = found.map(({ id }) => id).slice(0, 10);
    throw new BsmountError("usage", `there are several of the type ${what}`, {
      remedy: `give one by its Id: ${ids.join(", ")}${more.length >= 10 ? ", …" : ""}`,
    });
  }

  async #named(type: string, name: string, projects: readonly string[]): Promise<FoundEntity[]> {
    const { users, projects: all } = this.#source;
    if (type === "project") {
      const named = await this.#items(users.projects({ name }));
      return named.filter((project) => project.name === name);
    }
    if (type === "run") return await this.#runs(name);
    if (type !== "sample" && type !== "appresult") {
      throw new BsmountError("usage", `${JSON.stringify(name)} is not the Id of a ${type}`, {
        remedy: `a ${type} is given by its Id, or by its path in a mount`,
      });
    }
    const found: FoundEntity[] = [];
    for (const id of projects.length > 0 ? projects : await this.#allProjects(type, name)) {
      const list: Listed<Named> = type === "sample" ? all.samples(id) : all.appResults(id);
      const items = await this.#once(`${type} ${id}`, list);
      found.push(...items.filter((item) => item.name === name));
    }
    return [...new Map(found.map((each) => [each.id, each])).values()];
  }

  /** A run is also known by its experiment. */
  async #runs(name: string): Promise<FoundEntity[]> {
    const runs = await this.#items(this.#source.users.runs());
    return runs.filter((run) => run.name === name || run.experimentName === name);
  }

  async #allProjects(type: string, name: string): Promise<readonly string[]> {
    const projects = await this.#once("projects", this.#source.users.projects());
    if (projects.length <= MAX_PROJECTS) return projects.map(({ id }) => id);
    throw new BsmountError(
      "usage",
      `the ${type} ${JSON.stringify(name)} could be in more than ${MAX_PROJECTS} projects`,
      { remedy: "give its Id, or a path in a mount" },
    );
  }

  /** The items of a list, of which only Ids and names are kept. */
  async #once(key: string, list: Listed<Named>): Promise<readonly Named[]> {
    const known = this.#lists.get(key);
    if (known !== undefined) return await known;
    const items = this.#items(list).then((all) => all.map(({ id, name }) => ({ id, name })));
    this.#lists.set(key, items);
    return await items;
  }

  async #items<Item>(list: Listed<Item>): Promise<Item[]> {
    return await list.all({ ...this.#options, maxItems: MAX_LISTED });
  }

  /** The name of an entity; undefined for types without names, and when it cannot be seen. */
  async nameOf(type: string, id: string): Promise<string | undefined> {
    const { projects, samples, appResults, runs } = this.#source;
    const gets: Partial<Record<EntityType, () => Promise<Named>>> = {
      project: async () => await projects.get(id, this.#options),
      sample: async () => await samples.get(id, this.#options),
      appresult: async () => await appResults.get(id, this.#options),
      run: async () => await runs.get(id, this.#options),
    };
    const get = Object.hasOwn(gets, type) ? gets[type as EntityType] : undefined;
    try {
      return (await get?.())?.name;
    } catch (error) {
      if (!["access-denied", "not-found", "gone"].includes(reasonOf(error))) throw error;
      return undefined;
    }
  }

  /**
   * What a path in a mount is, as an entity of this type.
   * @throws BsmountError `usage` for an entity of another type, or a path that is none
   */
  async atPath(type: string, path: string): Promise<FoundEntity & { entity: MountedEntity }> {
    const { signal } = this.#options;
    const entity = await MountedEntity.read(path, signal === undefined ? {} : { signal });
    const { id, name, filePath } = entity;
    if (filePath !== undefined && type === "file") {
      return { id: await this.#fileOf(entity, filePath), name, entity };
    }
    if (filePath === undefined && entity.type === type) return { id, name, entity };
    const is = filePath === undefined ? `a ${entity.type}` : "a file";
    throw new BsmountError("usage", `${path} is ${is}, but must be a ${type}`);
  }

  /** Of files with the same path the newest has the name, as in the mount. */
  async #fileOf({ type, id, path }: MountedEntity, filePath: string): Promise<string> {
    const { appResults, samples, runs } = this.#source;
    const owners = { appresult: appResults, sample: samples, run: runs };
    if (!Object.hasOwn(owners, type)) {
      throw new BsmountError("usage", `the file ${path} of a ${type} has no Id in version 1`);
    }
    const files = await this.#items(owners[type as keyof typeof owners].files(id));
    const [newest] = files
      .filter((file) => file.path === filePath)
      .sort((a, b) => b.dateCreated.getTime() - a.dateCreated.getTime());
    if (newest !== undefined) return newest.id;
    throw new BsmountError("usage", `BaseSpace has no file ${filePath} in ${type} ${id}`, {
      remedy: "give the file by its Id",
    });
  }
}
