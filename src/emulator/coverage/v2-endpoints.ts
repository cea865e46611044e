import {
  type Endpoint,
  type EndpointRow,
  endpointsBelow,
  EXACT,
  NONE,
  propertyRows,
} from "./endpoint.ts";

/*
 * How much of each endpoint of version 2 the emulator has, by subject; the names are those of the reference and of
 * Illumina's clients. The routes themselves are in `../controllers/api-routes.ts` and `../controllers/v2/`.
 */

const ALWAYS_EMPTY = "always empty";
const FILE_LIST = "filesetid and turbomode are ignored; no folders index VCFs and BAMs";
const TRASH_FORM = "the emulator defines the form of an item";

const PEOPLE: readonly EndpointRow[] = [
  ["POST oauthv2/token", "no expires_in: a token is valid until it is revoked"],
  ["DELETE oauthv2tokens/current", EXACT],
  ["POST oauthv2/tokenfromapplicationjwt", NONE],
  ["POST oauthv1/tokenfromoauthv2", NONE],
  ["GET users/{id}", EXACT],
  ["POST users/current", NONE],
  ["GET users/current/notifications", ALWAYS_EMPTY],
  ["GET users/current/messages", ALWAYS_EMPTY],
  ["GET users/current/usage", NONE],
  ["GET users/current/subscription", NONE],
  ["GET users/current/labtype", NONE],
  ["GET workgroups/{id}", NONE],
  ["GET applications", "references and autolaunchableonruncompleteappsonly are ignored"],
  ["GET applications/{id}", EXACT],
];

const DATASETS: readonly EndpointRow[] = [
  ["POST projects", EXACT],
  ["GET projects/{id}", EXACT],
  ["GET projects/{id}/datasets", EXACT],
  ["POST projects/{id}/datasets", EXACT],
  ["GET datasets", EXACT],
  ["POST datasets", EXACT],
  ["GET datasets/{id}", EXACT],
  ["POST datasets/{id}", "changes only Name and QcStatus"],
  ["POST datasets/{id}/copy", EXACT],
  ["GET datasets/{id}/comments", ALWAYS_EMPTY],
  ["GET datasets/{id}/files", FILE_LIST],
  ["POST datasets/{id}/files", EXACT],
  ["GET datasettypes/{id}", NONE],
];

const FILES: readonly EndpointRow[] = [
  ["GET files/{id}", "the form of lists with UploadStatus added: the service's form is unknown"],
  ["GET files/{id}/content", EXACT],
  ...["appresults", "samples", "runs"].map((noun): EndpointRow => [
    `GET ${noun}/{id}/files`,
    FILE_LIST,
  ]),
  ...["datasets", "appresults", "samples"].flatMap((noun): EndpointRow[] => [
    [`GET ${noun}/{id}/file-upload-info`, EXACT],
    [`POST ${noun}/{id}/file-upload-info`, EXACT],
    [`POST ${noun}/{id}/direct-upload-info`, NONE],
  ]),
  ["GET runs/{id}/file-upload-info", "always 403: only instruments create runs"],
  ["POST runs/{id}/file-upload-info", "always 403: only instruments create runs"],
  ["POST runs/{id}/direct-upload-info", NONE],
];

const SESSIONS: readonly EndpointRow[] = [
  ["GET appsessions", "datemodified is ignored; include supports only Properties"],
  ["POST appsessions", EXACT],
  ["GET appsessions/{id}", "include supports only Properties"],
  ["POST appsessions/{id}", "Comment is ignored"],
  ["DELETE appsessions/{id}", TRASH_FORM],
  ["POST appsessions/{id}/stop", EXACT],
  ["GET appsessions/{id}/logfiles", ALWAYS_EMPTY],
  ["GET appsessions/{id}/comments", ALWAYS_EMPTY],
];

const LAB: readonly EndpointRow[] = [
  ["GET biosamples", "sortby=Subject sorts by Id"],
  ["GET biosamples/{id}", EXACT],
  ["POST biosamples/{id}", "changes only BioSampleName, Status and LabStatus"],
  ["GET biosamples/{id}/libraries", EXACT],
  ["GET biosamples/{id}/runlanesummaries", NONE],
  ["POST biosamples/{id}/aggregation", NONE],
  ["GET libraries", EXACT],
  ["GET libraries/{id}", EXACT],
  ["GET librarypools", NONE],
  ["GET labrequeues", NONE],
  ["GET instruments", NONE],
  ["GET runs", "SortBy=LaneAndQcStatus sorts by Id; the statistics are fixed figures for one lane"],
  ["GET runs/{id}/samplesheet", NONE],
];

const STORAGE: readonly EndpointRow[] = [
  ["GET trash", TRASH_FORM],
  ["GET trash/{id}", TRASH_FORM],
  ["DELETE trash", EXACT],
  ["POST trash/{id}/restorefromtrash", TRASH_FORM],
  ["POST archive", "takes effect at once"],
  ["POST restore", "takes effect at once"],
];

const PROPERTIES: readonly EndpointRow[] = [
  ...[
    "projects",
    "samples",
    "appresults",
    "runs",
    "appsessions",
    "biosamples",
    "libraries",
    "datasets",
    "users",
  ].flatMap((noun) => propertyRows(`${noun}/{id}`, true)),
  ...propertyRows("files/{id}", false),
  ...propertyRows("librarypools/{id}", true, NONE),
  ...propertyRows("subjects/{id}", true, NONE),
];

export const V2_ENDPOINTS: readonly Endpoint[] = endpointsBelow("/v2", [
  ...PEOPLE,
  ...DATASETS,
  ...FILES,
  ...SESSIONS,
  ...LAB,
  ...STORAGE,
  ...PROPERTIES,
]);
