import type { RunId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeFile } from "../models/file.ts";
import { decodeLibrary } from "../models/library.ts";
import { decodeRun } from "../models/run.ts";
import { decodeSample } from "../models/sample.ts";
import { decodeSequencingStats } from "../models/sequencing-stats.ts";
import { BASIC_LIST, type ListParams } from "../paging/list-parameters.ts";
import type { FileEntry, Library, Run, Sample, SequencingStats } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { type FilesParams, FILES } from "./files.ts";
import { propertyList } from "./properties.ts";

/** Sequencing runs of v1. */
export class Runs {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/runs/{id}` */
  async get(id: RunId, options?: CallOptions): Promise<Run> {
    return await this.#client.one(`runs/${segment(id)}`, decodeRun, options);
  }

  /** `GET /v1pre3/runs/{id}/files` */
  files(id: RunId, params: FilesParams = {}): List<FileEntry> {
    const path = `runs/${segment(id)}/files`;
    return this.#client.list({ path, rules: FILES, params, decode: decodeFile });
  }

  /** `GET /v1pre3/runs/{id}/samples` */
  samples(id: RunId, params: ListParams = {}): List<Sample> {
    const path = `runs/${segment(id)}/samples`;
    return this.#client.list({ path, rules: BASIC_LIST, params, decode: decodeSample });
  }

  /** `GET /v1pre3/runs/{id}/samplelibraries` */
  libraries(id: RunId, params: ListParams = {}): List<Library> {
    const path = `runs/${segment(id)}/samplelibraries`;
    return this.#client.list({ path, rules: BASIC_LIST, params, decode: decodeLibrary });
  }

  /** What the instrument measured: `GET /v1pre3/runs/{id}/sequencingstats`. */
  async sequencingStats(id: RunId, options?: CallOptions): Promise<SequencingStats> {
    const path = `runs/${segment(id)}/sequencingstats`;
    return await this.#client.one(path, decodeSequencingStats, options);
  }

  /** `GET /v1pre3/runs/{id}/properties` */
  properties(id: RunId): List<Property> {
    return propertyList(this.#client, "runs", id);
  }
}
