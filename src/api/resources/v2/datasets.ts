/*
 * Begin here: `v2/` has the calls of version 2 of the API, one class for each noun; this is the one that the others
 * resemble. Lists have files of their own (`dataset-lists.ts`, `app-session-lists.ts`, with the filters of
 * `included.ts`), changes go through `change.ts`. A file is uploaded into a dataset by `dataset-upload.ts`, with its
 * parts sent to the object store (`signed-parts-protocol.ts`). `../../client.ts` makes one object of each class, as
 * `BaseSpace.v2`.
 */

import type { AppSessionId, ProjectId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeDataset } from "../../models/dataset.ts";
import { decodeFile } from "../../models/file.ts";
import { checkText } from "../../paging/list-parameters.ts";
import type { Dataset, FileEntry } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { Property } from "../../models/property.ts";
import type { Raw } from "../../models/raw.ts";
import type { VersionClient, VersionClients } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { StorePuts } from "../../content/store-puts.ts";
import type { UploadBody } from "../../uploads/uploads.ts";
import { findCreated } from "../find-created.ts";
import { propertyList } from "../properties.ts";
import { changeV2 } from "./change.ts";
import {
  DATASET_FILES,
  type DatasetFilesParams,
  DATASETS,
  type DatasetsParams,
} from "./dataset-lists.ts";
import { type DatasetFile, uploadIntoDataset } from "./dataset-upload.ts";

/** A new dataset. */
export interface NewDataset {
  /** The name, not unique. */
  readonly name: string;
  /** E.g. `common.fastq`. Default: that of the service, for files of any kind. */
  readonly datasetTypeId?: string;
  /** By type, with `_` for `.`: `{ common_fastq: { … } }`. */
  readonly attributes?: Raw;
  /** The session it belongs to, which must be open. Default: the service creates a new one, `Running`. */
  readonly appSessionId?: AppSessionId;
}

/** The fields to change; the others stay as they are. */
export interface DatasetChanges {
  /** The name, not unique. */
  readonly name?: string;
  /** The quality status. */
  readonly qcStatus?: string;
}

/** The destination of a copy. */
export interface DatasetCopy {
  /** The project of the copy. */
  readonly projectId: ProjectId;
  /** Default: the name of the original. */
  readonly name?: string;
}

/** Datasets of v2 and their files. */
export class Datasets {
  readonly #client: VersionClient;
  readonly #clients: VersionClients;
  readonly #store: StorePuts;
  readonly #writeDeadlineMs: number;

  /** @param writeDeadlineMs how long the requests of an upload are retried, in milliseconds */
  constructor(clients: VersionClients, store: StorePuts, writeDeadlineMs: number) {
    this.#client = clients.v2;
    this.#clients = clients;
    this.#store = store;
    this.#writeDeadlineMs = writeDeadlineMs;
  }

  /** `GET /v2/datasets/{id}` */
  async get(id: string, options?: CallOptions): Promise<Dataset> {
    return await this.#client.one(pathOf(id), decodeDataset, options);
  }

  /** `GET /v2/datasets`; oldest first by default. */
  list(params: DatasetsParams = {}): List<Dataset> {
    const path = "datasets";
    return this.#client.list({ path, rules: DATASETS, params, decode: decodeDataset });
  }

  /** `GET /v2/datasets/{id}/files` */
  files(id: string, params: DatasetFilesParams = {}): List<FileEntry> {
    const path = `${pathOf(id)}/files`;
    return this.#client.list({ path, rules: DATASET_FILES, params, decode: decodeFile });
  }

  /** `GET /v2/datasets/{id}/properties` */
  properties(id: string): List<Property> {
    return propertyList(this.#client, "datasets", id);
  }

  /**
   * Creates a dataset, to upload into: `POST /v2/projects/{id}/datasets`. When the response is lost, the newest
   * datasets of the project are searched for it.
   * @throws BsmountError `usage` for an empty name; ApiError `access-denied` without the right to create or write in
   * the project; with `mayHaveSucceeded` when it is not known whether the dataset was created
   */
  async create(id: ProjectId, created: NewDataset, options: CallOptions = {}): Promise<Dataset> {
    checkText("the dataset's name", created.name);
    const { name, datasetTypeId, attributes, appSessionId } = created;
    const body = {
      Name: name,
      ...(datasetTypeId === undefined ? {} : { DatasetTypeId: datasetTypeId }),
      ...(attributes === undefined ? {} : { Attributes: attributes }),
      ...(appSessionId === undefined ? {} : { AppSessionId: appSessionId }),
    };
    return await this.#make(`projects/${segment(id)}/datasets`, body, { id, name }, options);
  }

  /**
   * Copies a dataset with its files: `POST /v2/datasets/{id}/copy`. When the response is lost, it is searched for as
   * by {@link create}.
   */
  async copy(id: string, to: DatasetCopy, options: CallOptions = {}): Promise<Dataset> {
    const { name = (await this.get(id, options)).name, projectId } = to;
    const body = { ProjectId: projectId, Name: name };
    return await this.#make(`${pathOf(id)}/copy`, body, { id: projectId, name }, options);
  }

  /** `POST /v2/datasets/{id}`. When the response is lost, the dataset is read. */
  async update(id: string, changes: DatasetChanges, options: CallOptions = {}): Promise<Dataset> {
    const wanted = { Name: changes.name, QcStatus: changes.qcStatus };
    const response = await changeV2(this.#client, { path: pathOf(id), wanted }, options);
    return this.#client.decode(response, decodeDataset);
  }

  /**
   * Uploads a whole file: `POST /v2/datasets/{id}/files`. A file of more than 25 000 000 bytes is sent in parts to
   * the object store, by links of `GET /v2/datasets/{id}/file-upload-info`, and completed by `POST` of the same
   * path. When the response is lost, the newest files are searched for one with the same path and bytes. An upload
   * that fails is aborted.
   * @throws BsmountError `invalid` for an impossible path; ApiError `access-denied`, `unavailable` when the service
   * received other bytes or the session of the dataset has ended; StoreError when the object store refuses
   */
  async upload(
    id: string,
    file: DatasetFile,
    body: UploadBody,
    options: CallOptions = {},
  ): Promise<FileEntry> {
    const upload = { path: pathOf(id), file, body };
    const patient = { totalMs: this.#writeDeadlineMs, ...options };
    return await uploadIntoDataset(this.#clients, this.#store, upload, patient);
  }

  async #make(
    path: string,
    body: Raw,
    { id, name }: { readonly id: ProjectId; readonly name: string },
    options: CallOptions,
  ): Promise<Dataset> {
    const listPath = `projects/${segment(id)}/datasets`;
    const search = { listPath, name, decode: decodeDataset, pathOf };
    const findEffect = findCreated(this.#client, search);
    const change = { method: "POST", path, subject: name, body } as const;
    const response = await this.#client.changeOnce(change, findEffect, options);
    return this.#client.decode(response, decodeDataset);
  }
}

function pathOf(id: string): string {
  return `datasets/${segment(id)}`;
}
