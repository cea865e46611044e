import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeProject } from "../../models/project.ts";
import { checkText } from "../../paging/list-parameters.ts";
import type { Project } from "../../models/models.ts";
import { type ResourceClient, resourceOf } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import { findOwnedProject } from "../find-owned-project.ts";

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
    const look = findOwnedProject(this.#client, { name, version: "v2" });
    const change = { method: "POST", path: "/v2/projects", body } as const;
    return resourceOf(await this.#client.once(change, look, options), decodeProject, "v2");
  }
}
