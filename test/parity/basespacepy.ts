/* Every public method of BaseSpacePy, and those with underscores that other code calls, by class. */

export const BASESPACEPY: Readonly<Record<string, readonly string[]>> = {
  BaseSpaceAPI:
    `__init__ _setCredentials _getLocalCredentials getAppSessionById getAppSession getAppSessionOld
    __deserializeAppSessionResponse__ getAllAppSessions getAppSessionPropertiesById getAppSessionPropertyByName
    getAppSessionInputsById setAppSessionState stopAppSession __deserializeObject__ getAccess getVerificationCode
    getWebVerificationCode obtainAccessToken updatePrivileges getAccessTokenDetails createProject launchApp getUserById
    getAppResultFromAppSessionId getAppResultById getAppResultPropertiesById getAppResultFilesById getAppResultFiles
    downloadAppResultFilesByExtension getProjectById getProjectPropertiesById getProjectByUser getUserProjectByName
    getAccessibleRunsByUser getRunById getRunPropertiesById getRunFilesById getRunSamplesById getAppResultsByProject
    getSamplesByProject getSampleById getSamplePropertiesById getSampleFilesById getFilesBySample getFileById
    getFilePropertiesById getGenomeById getAvailableGenomes getIntervalCoverage getCoverageMetaInfo filterVariantSet
    getVariantMetadata createAppResult appResultFileUpload createSample sampleFileUpload __singlepartFileUpload__
    __initiateMultipartFileUpload__ __uploadMultipartUnit__ __finalizeMultipartFileUpload__ multipartFileUpload
    multipartFileUploadSample fileDownload __downloadFile__ multipartFileDownload fileUrl fileS3metadata
    _validateQueryParameters __dictionaryToProperties__ setResourceProperties getResourceProperties getApplications
    getApplicationById`.split(/\s+/),
  BaseAPI:
    `__init__ __json_print__ __singleRequest__ __listRequest__ __makeCurlRequest__ getTimeout setTimeout
    getAccessToken setAccessToken`.split(/\s+/),
  APIClient: ["__init__", "callAPI", "__forcePostCall__", "__putCall__", "deserialize"],
  BillingAPI: "__init__ createPurchase getPurchaseById getUserProducts refundPurchase".split(" "),
  MultipartFileTransfer:
    `UploadTask.execute UploadTask.__str__ DownloadTask.execute DownloadTask.__str__ Consumer.run
    Consumer.purge_task_queue Executor.add_task Executor.add_workers Executor.start_workers MultipartUpload.upload
    MultipartUpload._setup MultipartUpload._start_workers MultipartUpload._finalize_upload MultipartDownload.download
    MultipartDownload._setup MultipartDownload._start_workers MultipartDownload._rename_final_file
    MultipartDownload._combine_file_chunks Utils.md5_for_file Utils.readable_bytes`.split(/\s+/),
  Project: "isInit getAccessStr getAppResults getSamples createAppResult createSample".split(" "),
  Sample: "isInit getAccessStr getReferencedAppResults getFiles uploadFile".split(" "),
  AppResult:
    "isInit getAccessStr getReferencedSamplesIds getReferencedSamples getFiles uploadFile".split(
      " ",
    ),
  Run: "isInit getAccessStr getFiles getSamples".split(" "),
  File: `isInit isValidFileOption downloadFile getFileUrl getFileS3metadata getIntervalCoverage getCoverageMeta
    filterVariant getVariantMeta`.split(/\s+/),
  User: "isInit getProjects getRuns".split(" "),
  AppSession: "isInit canWorkOn setStatus __deserializeReferences__".split(" "),
  AppSessionSemiCompact: "isInit canWorkOn setStatus".split(" "),
  AppSessionLaunchObject: ["__deserializeObject__"],
  ListResponse: ["_convertToObjectList"],
  QueryParameters: ["getParameterDict", "validate"],
  QueryParametersPurchasedProduct: ["getParameterDict", "validate"],
  AuthenticationAPI: "parse_config construct_default_config write_config".split(" "),
  SessionAuthentication: "basespace_session check_session_details set_session_details".split(" "),
  OAuthAuthentication: ["set_oauth_details"],
  AppLaunchHelpers: ["AppSessionMetaData", "LaunchSpecification", "LaunchPayload"],
  BaseMountInterface: `__validate_basemount__ __resolve_details__ __str__ get_meta_data access_token
    _get_access_token_from_config`.split(/\s+/),
  Exceptions:
    `UndefinedParameterException UnknownParameterException IllegalParameterException WrongFiletypeException
    ServerResponseException ModelNotInitializedException ByteRangeException MultiProcessingTaskFailedException
    UploadPartSizeException CredentialsException QueryParameterException AppSessionException
    ModelNotSupportedException OAuthException RestMethodException DownloadFailedException AuthenticationException
    AuthenticationScopeException LaunchSpecificationException BaseMountInterfaceException`.split(
      /\s+/,
    ),
};
