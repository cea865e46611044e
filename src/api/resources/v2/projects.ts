import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../address.ts";
import { decodeProject } from "../../decode/project.ts";
import { checkText } from "../../list-parameters.ts";
import type { Project } from "../../models.ts";
import { type ResourceClient, resourceOf } from "../../resource-client.ts";
import type { CallOptions } from "../../rest.ts";
import { findOwnProject } from "../find-own-project.ts";

export interface NewProject {
  readonly name: string;
  readonly description?: string;
}

/** Projects by v2, which cannot list them: see `BaseSpace.users`. */
export class ProjectsV2 {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/projects/{id}` */
  async get(id: ProjectId, options?: CallOptions): Promise<Project> {
    return await this.#client.oneV2(`projects/${segment(id)}`, decodeProject, options);
  }

  /**
   * Makes a project, or answers one's own of that name, whose description stays: `POST /v2/projects`. When the
   * answer is lost one's projects are searched for it.
   * @throws BsmountError `usage` for an empty name; ApiError with `mayHaveSucceeded` while it is in doubt
   */
  async create(created: NewProject, options: CallOptions = {}): Promise<Project> {
    const { name, description = "" } = created;
    checkText("the project's name", name);
    const body = { Name: name, Description: description };
    const look = findOwnProject(this.#client, { name, version: "v2" });
    const change = { method: "POST", path: "/v2/projects", body } as const;
    return resourceOf(await this.#client.once(change, look, options), decodeProject, "v2");
  }
}
