import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeProject } from "../../models/project.ts";
import { checkText } from "../../paging/list-parameters.ts";
import type { Project } from "../../models/models.ts";
import type { VersionClient, VersionClients } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import { findOwnedProject } from "../find-owned-project.ts";

/** A new project. */
export interface NewProject {
  /** The name, unique among the projects of its owner. */
  readonly name: string;
  /** Free text. */
  readonly description?: string;
}

/** Projects by v2, which cannot list them: see `BaseSpace.users`. */
export class ProjectsV2 {
  readonly #client: VersionClient;
  readonly #v1: VersionClient;

  constructor({ v1, v2 }: VersionClients) {
    this.#client = v2;
    this.#v1 = v1;
  }

  /** `GET /v2/projects/{id}` */
  async get(id: ProjectId, options?: CallOptions): Promise<Project> {
    return await this.#client.one(`projects/${segment(id)}`, decodeProject, options);
  }

  /**
   * Creates a project, or returns the user's own project of that name, whose description stays: `POST /v2/projects`.
   * When the response is lost, the user's projects are searched for it.
   * @throws BsmountError `usage` for an empty name; ApiError, with `mayHaveSucceeded` when it is not known whether
   * the project was created
   */
  async create(created: NewProject, options: CallOptions = {}): Promise<Project> {
    const { name, description = "" } = created;
    checkText("the project's name", name);
    const body = { Name: name, Description: description };
    const findEffect = findOwnedProject(this.#v1, this.#client, name);
    const change = { method: "POST", path: "projects", body } as const;
    return this.#client.decode(
      await this.#client.changeOnce(change, findEffect, options),
      decodeProject,
    );
  }
}
