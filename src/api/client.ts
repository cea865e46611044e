/*
 * Begin here: `api/` is the client of BaseSpace. `BaseSpace` below puts its folders together, `settings.ts` has its
 * options and their defaults. A call goes from the top of this list to the bottom:
 *
 * - `resources/` has a class for each noun of the API, `v2/` those of version 2; `oauth/` signs users in
 * - `transfers/` copies whole files; it uses `uploads/` (the requests of an upload), `content/` (ranges of a file from
 *   the object store) and `digests/` (MD5s and ETags)
 * - `paging/` reads lists that may change meanwhile
 * - `models/` decodes the service's JSON
 * - `transport/` sends one request: token, retries, errors, TLS and proxies
 *
 * `session/` opens a client; programs use it through `src/index.ts`.
 */

import { setMaxListeners } from "node:events";
import type { Dispatcher } from "undici";
import { BsmountError } from "../core/errors.ts";
import { apiOrigin } from "./transport/address.ts";
import { type AccessToken, withAuth } from "./transport/auth.ts";
import { Content } from "./content/content.ts";
import { createFetcher } from "./content/create-fetcher.ts";
import { LinkCache } from "./content/link-cache.ts";
import type { RangeFetcher } from "./content/range-fetcher.ts";
import { plainHttpOf } from "./content/store-link.ts";
import { createDispatcher } from "./transport/dispatcher.ts";
import { httpSend } from "./transport/http.ts";
import { withTelemetry } from "./transport/telemetry.ts";
import { PaceWatch } from "./transport/pace/pace-watch.ts";
import { withPace } from "./transport/pace/with-pace.ts";
import { VersionClient, type VersionClients } from "./resources/version-client.ts";
import { Applications } from "./resources/applications.ts";
import { AppResults } from "./resources/app-results.ts";
import { AppSessions } from "./resources/app-sessions.ts";
import { Coverages } from "./resources/coverage.ts";
import { Files } from "./resources/files.ts";
import { Genomes } from "./resources/genomes.ts";
import { Properties } from "./resources/properties.ts";
import { Projects } from "./resources/projects.ts";
import { Runs } from "./resources/runs.ts";
import { Samples } from "./resources/samples.ts";
import { Tokens } from "./resources/tokens.ts";
import { Users } from "./resources/users.ts";
import { Variants } from "./resources/variants.ts";
import { ApplicationsV2 } from "./resources/v2/applications.ts";
import { AppSessionsV2 } from "./resources/v2/app-sessions.ts";
import { Archive } from "./resources/v2/archive.ts";
import { BioSamples } from "./resources/v2/biosamples.ts";
import { Datasets } from "./resources/v2/datasets.ts";
import { Libraries } from "./resources/v2/libraries.ts";
import { ProjectsV2 } from "./resources/v2/projects.ts";
import { RunsV2 } from "./resources/v2/runs.ts";
import { Trash } from "./resources/v2/trash.ts";
import { Rest } from "./transport/rest.ts";
import { IdempotentCalls } from "./transport/idempotency.ts";
import { type ClientOptions, type ClientSettings, clientSettings } from "./settings.ts";
import { Transfers } from "./transfers/transfers.ts";
import { Md5Thread } from "./digests/md5-thread.ts";
import { StorePuts } from "./content/store-puts.ts";
import { Uploads } from "./uploads/uploads.ts";

/** Options of {@link BaseSpace}. */
export interface BaseSpaceOptions extends ClientOptions {
  /** Origin of the API server, e.g. `https://api.basespace.illumina.com`; a version behind it is dropped. */
  readonly apiServer: string;
  /**
   * A token, or a function that returns the current one; it is called for each request, and again when the service
   * refuses it.
   */
  readonly accessToken: AccessToken;
}

/** The resources of version 2 of the API. */
export interface V2 {
  /** Apps, and how to launch them. */
  readonly applications: ApplicationsV2;
  /** App sessions. */
  readonly appSessions: AppSessionsV2;
  /** Projects. */
  readonly projects: ProjectsV2;
  /** Sequencing runs. */
  readonly runs: RunsV2;
  /** Biosamples. */
  readonly biosamples: BioSamples;
  /** Libraries. */
  readonly libraries: Libraries;
  /** Datasets and their files. */
  readonly datasets: Datasets;
  /** Cold storage. */
  readonly archive: Archive;
  /** Deleted entities. */
  readonly trash: Trash;
}

/** A client of one BaseSpace server with one token. It owns connections and threads: close it. */
export class BaseSpace implements AsyncDisposable {
  /** Origin of the API server. */
  readonly apiServer: string;
  /** Users, and the lists of what a user sees. */
  readonly users: Users;
  /** The access token. */
  readonly tokens: Tokens;
  /** Projects. */
  readonly projects: Projects;
  /** Samples. */
  readonly samples: Samples;
  /** App results. */
  readonly appResults: AppResults;
  /** App sessions. */
  readonly appSessions: AppSessions;
  /** Sequencing runs. */
  readonly runs: Runs;
  /** Files and their signed links. */
  readonly files: Files;
  /** Reference genomes. */
  readonly genomes: Genomes;
  /** The coverage of BAM files. */
  readonly coverage: Coverages;
  /** The variants in VCF files. */
  readonly variants: Variants;
  /** Properties of entities. */
  readonly properties: Properties;
  /** Apps, and how to launch them. */
  readonly applications: Applications;
  /** Biosamples. */
  readonly biosamples: BioSamples;
  /** Libraries. */
  readonly libraries: Libraries;
  /** Datasets and their files. */
  readonly datasets: Datasets;
  /** Cold storage. */
  readonly archive: Archive;
  /** Deleted entities. */
  readonly trash: Trash;
  /** Version 2 of the API. What version 1 does not have is also found directly on the client. */
  readonly v2: V2;
  /** Ranges of files, by their signed links. */
  readonly content: Content;
  /** The requests of an upload, for callers that split files into parts themselves. */
  readonly uploads: Uploads;
  /** Uploads and downloads of whole files. */
  readonly transfers: Transfers;
  readonly #dispatcher: Dispatcher;
  readonly #fetcher: RangeFetcher;
  readonly #pace = new PaceWatch();
  readonly #md5s = new Md5Thread();
  readonly #closed = controllerOfMany();

  /** @throws BsmountError `usage` for an address that cannot be used, `environment` for bad certificates */
  constructor(options: BaseSpaceOptions) {
    this.apiServer = apiOrigin(options.apiServer, options.insecureHttp ?? false);
    const settings = this.#settingsOf(options);
    this.#dispatcher = createDispatcher(settings);
    this.#fetcher = createFetcher(this.#dispatcher, settings);
    const rest = this.#restWith(options.accessToken, settings);
    const plainHttp = plainHttpOf(this.apiServer, options.insecureHttp ?? false);
    const links = new LinkCache(rest, settings.retry.clock, plainHttp);
    const calls = new IdempotentCalls(rest, settings.retry);
    const v1 = new VersionClient("v1", rest, calls);
    const v2 = new VersionClient("v2", rest, calls);
    this.users = new Users(v1);
    this.tokens = new Tokens({ v1, v2 });
    this.projects = new Projects(v1);
    this.samples = new Samples(v1);
    this.appResults = new AppResults(v1);
    this.appSessions = new AppSessions(v1);
    this.runs = new Runs(v1);
    this.files = new Files(v1, links);
    this.genomes = new Genomes(v1);
    this.coverage = new Coverages(v1);
    this.variants = new Variants(v1);
    this.properties = new Properties({ v1, v2 });
    this.applications = new Applications(v1);
    this.biosamples = new BioSamples(v2);
    this.libraries = new Libraries(v2);
    const paced = { ...settings, pace: this.#pace };
    const store = new StorePuts({ ...paced, dispatcher: this.#dispatcher, plainHttp });
    this.datasets = new Datasets({ v1, v2 }, store, settings.writeDeadlineMs);
    this.archive = new Archive(v2);
    this.trash = new Trash(v2);
    this.v2 = this.#v2With({ v1, v2 });
    this.uploads = new Uploads(rest, calls, { ...settings, md5s: this.#md5s });
    this.content = new Content({ ...paced, links, fetcher: this.#fetcher });
    this.transfers = this.#transfersWith(settings);
  }

  #v2With(clients: VersionClients): V2 {
    const { biosamples, libraries, datasets, archive, trash } = this;
    return {
      applications: new ApplicationsV2(clients.v2),
      appSessions: new AppSessionsV2(clients.v2),
      projects: new ProjectsV2(clients),
      runs: new RunsV2(clients.v2),
      biosamples,
      libraries,
      datasets,
      archive,
      trash,
    };
  }

  #transfersWith({ lockFolder }: ClientSettings): Transfers {
    const { apiServer, content, uploads, files } = this;
    return new Transfers({ apiServer, content, uploads, files, lockFolder }, this.#md5s);
  }

  /** The end of the client ends every pause between two attempts. */
  #settingsOf(options: BaseSpaceOptions): ClientSettings {
    const settings = clientSettings(options);
    return { ...settings, retry: { ...settings.retry, closed: this.#closed.signal } };
  }

  #restWith(accessToken: AccessToken, settings: ClientSettings): Rest {
    const { logger } = settings;
    const bare = httpSend(this.#dispatcher, this.apiServer);
    const measured = withTelemetry(bare, { logger, target: "api" });
    const paced = withPace(measured, this.#pace, `SEND ${this.apiServer}`);
    return new Rest({ ...settings, send: withAuth(accessToken, paced, this.#closed.signal) });
  }

  /** Ends all requests with an `aborted` error, and closes connections and threads. */
  async close(): Promise<void> {
    this.#closed.abort(new BsmountError("aborted", "the client is closed"));
    const threads = [this.#fetcher.close(), this.#md5s.close()];
    await Promise.all([...threads, this.#dispatcher.destroy()]);
  }

  /** As {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Each request listens to this signal; Node would warn of a leak. */
function controllerOfMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
