import { segment } from "../../transport/address.ts";
import { decodeLibrary } from "../../models/library.ts";
import { listRules, type ParamsOf } from "../../paging/list-parameters.ts";
import type { Library } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { Property } from "../../models/property.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import { propertyList } from "../properties.ts";

const LIBRARIES = listRules(["Id", "Name", "DateModified"], {});

/** Parameters of a list of libraries. */
export interface LibrariesParams extends ParamsOf<typeof LIBRARIES> {}

/** What was prepared from biosamples for sequencing. */
export class Libraries {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/libraries/{id}` */
  async get(id: string, options?: CallOptions): Promise<Library> {
    return await this.#client.one(`libraries/${segment(id)}`, decodeLibrary, options);
  }

  /** `GET /v2/libraries` */
  list(params: LibrariesParams = {}): List<Library> {
    return libraryList(this.#client, "libraries", params);
  }

  /** `GET /v2/libraries/{id}/properties` */
  properties(id: string): List<Property> {
    return propertyList(this.#client, "libraries", id);
  }
}

/** The libraries at `path`, which is without the version. @throws BsmountError `usage` */
export function libraryList(
  client: VersionClient,
  path: string,
  params: LibrariesParams,
): List<Library> {
  return client.list({ path, rules: LIBRARIES, params, decode: decodeLibrary });
}
