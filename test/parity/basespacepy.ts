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
  AppLaunchHelpers:
    `AppSessionMetaData.get_refined_appsession_properties AppSessionMetaData._trim_properties_app_results
    AppSessionMetaData._get_all_duplicate_names AppSessionMetaData._get_map_underlying_types
    AppSessionMetaData._get_owning_map AppSessionMetaDataSDK.get_properties AppSessionMetaDataSDK.get_app_name
    AppSessionMetaDataSDK.get_app_id AppSessionMetaDataSDK.get_app_version AppSessionMetaDataSDK.unpack_bs_property
    AppSessionMetaDataRaw.get_properties AppSessionMetaDataRaw.get_app_name AppSessionMetaDataRaw.get_app_id
    AppSessionMetaDataRaw.get_app_version AppSessionMetaDataRaw.unpack_bs_property LaunchSpecification.__init__
    LaunchSpecification.clean_name LaunchSpecification.resolve_list_variables
    LaunchSpecification.make_sample_attribute_entry LaunchSpecification.populate_properties
    LaunchSpecification.get_variable_requirements LaunchSpecification.get_minimum_requirements
    LaunchSpecification.get_property_type LaunchSpecification.get_property_bald_type
    LaunchSpecification.is_list_property LaunchSpecification.count_list_properties
    LaunchSpecification.make_launch_json LaunchSpecification.format_property_information
    LaunchSpecification.dump_property_information LaunchSpecification.format_minimum_requirements
    LaunchSpecification.get_map_underlying_names_by_type LaunchSpecification.get_map_position_by_underlying_name
    LaunchSpecification.get_map_underlying_name_and_type_by_position LaunchSpecification.get_map_underlying_types
    LaunchSpecification.get_underlying_map_type LaunchSpecification.process_parameter
    LaunchSpecification.property_information_generator LaunchSpecification.format_map_types LaunchPayload.__init__
    LaunchPayload._find_all_entity_names LaunchPayload._arg_entry_to_name LaunchPayload.derive_launch_name
    LaunchPayload.is_valid_basespace_id LaunchPayload.to_basespace_id LaunchPayload.preprocess_arg
    LaunchPayload.get_args LaunchPayload.get_all_variables`.split(/\s+/),
  BaseMountInterface:
    `__init__ __validate_basemount__ __resolve_details__ __str__ get_meta_data access_token
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
