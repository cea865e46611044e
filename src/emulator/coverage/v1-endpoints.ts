import {
  type Endpoint,
  type EndpointRow,
  endpointsBelow,
  EXACT,
  NONE,
  propertyRows,
} from "./endpoint.ts";

/* The endpoints of version 1 and of the sign-in pages, as the reference and the SDKs name them, by subject. */

const ANYBODY = "no log-in: whoever opens the page decides, for the user who is chosen on it";
const QUIET_LANE = "the statistics are those of one quiet lane, whatever the run holds";
const NO_INSTRUMENT = "403 always: runs come from instruments";

const PEOPLE: readonly EndpointRow[] = [
  ["GET users/{id}", EXACT],
  ["GET users/{id}/projects", "Include=Permissions changes nothing"],
  ["GET users/{id}/runs", `SortBy=LaneAndQcStatus sorts by Id; ${QUIET_LANE}`],
  ["GET users/{id}/appsessions", EXACT],
  ["DELETE users/{id}/trash", EXACT],
  ["GET users/{id}/products", NONE],
  ["GET applications", EXACT],
  ["GET applications/{id}", EXACT],
  [
    "POST applications/{id}/appsessions",
    "nothing is run: the session is Running until its application ends it",
  ],
];

const SIGN_IN: readonly EndpointRow[] = [
  ["POST oauthv2/deviceauthorization", EXACT],
  ["POST oauthv2/token", "no expires_in: a token ends when it is revoked"],
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
  ["GET runs/{id}", QUIET_LANE],
  ["GET runs/{id}/files", EXACT],
  ["POST runs/{id}/files", NO_INSTRUMENT],
  ["GET runs/{id}/samples", EXACT],
  ["GET runs/{id}/sequencingstats", QUIET_LANE],
  ["GET runs/{id}/samplelibraries", "the libraries of the run's samples, in the form these show"],
];

const FILES: readonly EndpointRow[] = [
  ["GET files/{id}", "no HrefVariants and HrefCoverage: no indexes are made of VCFs and BAMs"],
  ["POST files/{id}", EXACT],
  ["GET files/{id}/content", EXACT],
  ["GET files/{id}/parts", "a list of Number, Size and ETag: the service's form is not known"],
  ["PUT files/{id}/parts/{number}", EXACT],
  ["GET variantset/{id}", NONE],
  ["GET variantset/{id}/variants/{chrom}", NONE],
  ["GET coverage/{id}/{chrom}", NONE],
  ["GET coverage/{id}/{chrom}/meta", NONE],
];

const CATALOGS: readonly EndpointRow[] = [
  ["GET genomes", NONE],
  ["GET genomes/{id}", NONE],
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
  ["GET authorize", ANYBODY],
  ["POST authorize", "the emulator's own form"],
  ["GET device", ANYBODY],
  ["POST device", "the emulator's own form"],
]);

export const V1_ENDPOINTS: readonly Endpoint[] = endpointsBelow("/v1pre3", [
  ...SIGN_IN,
  ...PEOPLE,
  ...RESOURCES,
  ...FILES,
  ...PROPERTIES,
  ...CATALOGS,
  ...BILLING,
]);
