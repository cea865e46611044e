import {
  type Endpoint,
  type EndpointRow,
  endpointsBelow,
  EXACT,
  NONE,
  propertyRows,
} from "./endpoint.ts";

/* The endpoints of version 1 and of the sign-in pages, by subject, as the reference and the SDKs name them. */

const NO_LOG_IN = "no log-in: the page lets its visitor choose a user and decide for that user";
const FIXED_STATISTICS = "the statistics are fixed figures for one lane, whatever the run contains";
const GENOMES = "only the genome 4 has Source and Build: those of the others were not recorded";
const NO_INSTRUMENT = "always 403: only instruments create runs";

const PEOPLE: readonly EndpointRow[] = [
  ["GET users/{id}", EXACT],
  ["GET users/{id}/projects", "Include=Permissions is ignored"],
  ["GET users/{id}/runs", `SortBy=LaneAndQcStatus sorts by Id; ${FIXED_STATISTICS}`],
  ["GET users/{id}/appsessions", EXACT],
  ["DELETE users/{id}/trash", EXACT],
  ["GET users/{id}/products", NONE],
  ["GET applications", EXACT],
  ["GET applications/{id}", EXACT],
  [
    "POST applications/{id}/appsessions",
    "no program runs: the session is Running until its application ends it",
  ],
];

const SIGN_IN: readonly EndpointRow[] = [
  ["POST oauthv2/deviceauthorization", EXACT],
  ["POST oauthv2/token", "no expires_in: a token is valid until it is revoked"],
  ["GET oauthv2/token/current", EXACT],
];

const RESOURCES: readonly EndpointRow[] = [
  ["POST projects", EXACT],
  ["GET projects/{id}", EXACT],
  ["GET projects/{id}/samples", EXACT],
  ["POST projects/{id}/samples", EXACT],
  ["GET projects/{id}/appresults", EXACT],
  ["POST projects/{id}/appresults", EXACT],
  ["GET samples/{id}", EXACT],
  ["GET samples/{id}/files", EXACT],
  ["POST samples/{id}/files", EXACT],
  ["GET appresults/{id}", EXACT],
  ["GET appresults/{id}/files", EXACT],
  ["POST appresults/{id}/files", EXACT],
  ["GET appsessions/{id}", EXACT],
  ["POST appsessions/{id}", EXACT],
  ["GET appsessions/{id}/appresults", EXACT],
  ["POST appsessions/{id}/logs", NONE],
  ["GET appsessions/{id}/filesets/{fileset}", NONE],
  ["POST appsessions/{id}/stop", NONE],
  ["POST runs", NO_INSTRUMENT],
  ["GET runs/{id}", FIXED_STATISTICS],
  ["GET runs/{id}/files", EXACT],
  ["POST runs/{id}/files", NO_INSTRUMENT],
  ["GET runs/{id}/samples", EXACT],
  ["GET runs/{id}/sequencingstats", FIXED_STATISTICS],
  [
    "GET runs/{id}/samplelibraries",
    "the libraries of the run's samples, in the form that samples show",
  ],
];

const FILES: readonly EndpointRow[] = [
  [
    "GET files/{id}",
    "a BAM has HrefCoverage if its .bai is beside it; the service's rule is unknown",
  ],
  ["POST files/{id}", EXACT],
  ["GET files/{id}/content", EXACT],
  ["GET files/{id}/parts", "a list of Number, Size and ETag: the service's form is unknown"],
  ["PUT files/{id}/parts/{number}", EXACT],
  ["GET variantset/{id}", "the emulator defines what is in the three dictionaries"],
  ["GET variantset/{id}/variants/{chrom}", "no TotalCount; 400 for a range with too much data"],
  ["GET coverage/{id}/{chrom}", "ZoomLevel is ignored; 400 for a range with too much data"],
  ["GET coverage/{id}/{chrom}/meta", "400 for a chromosome with too much data"],
];

const REFERENCE_DATA: readonly EndpointRow[] = [
  ["GET genomes", GENOMES],
  ["GET genomes/{id}", GENOMES],
  ["GET genomes/{id}/annotations", NONE],
  ["GET search", NONE],
  ["GET meta", NONE],
  ["GET libraries", NONE],
  ["GET libraries/{id}", NONE],
  ["GET biologicalsamples", NONE],
  ["GET biologicalsamples/{id}", NONE],
  ["GET libraryprepkits/{id}", NONE],
  ["GET librarypools", NONE],
  ["GET plannedruns", NONE],
];

const BILLING: readonly EndpointRow[] = [
  ["POST purchases", NONE],
  ["GET purchases/{id}", NONE],
  ["POST purchases/{id}/refund", NONE],
];

const PROPERTIES: readonly EndpointRow[] = [
  ...["projects", "samples", "appresults", "runs", "appsessions"].flatMap((noun) =>
    propertyRows(`${noun}/{id}`, true),
  ),
  ...propertyRows("files/{id}", false),
];

export const PAGES: readonly Endpoint[] = endpointsBelow("/oauth", [
  ["GET authorize", NO_LOG_IN],
  ["POST authorize", "the emulator's own form"],
  ["GET device", NO_LOG_IN],
  ["POST device", "the emulator's own form"],
]);

export const V1_ENDPOINTS: readonly Endpoint[] = endpointsBelow("/v1pre3", [
  ...SIGN_IN,
  ...PEOPLE,
  ...RESOURCES,
  ...FILES,
  ...PROPERTIES,
  ...REFERENCE_DATA,
  ...BILLING,
]);
