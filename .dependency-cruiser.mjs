/**
 * The layers of src/, bottom to top: which folders each may import, and which packages. Everything not
 * written here is refused. `npm run layers` also fails when fewer modules were read than exist.
 */
export const layers = {
  core: { layers: [], packages: ["lru-cache", "pino"] },
  linux: { layers: ["core"], packages: [] },
  config: { layers: ["core"], packages: ["ini"] },
  upload: { layers: ["core"], packages: [] },
  api: { layers: ["core", "linux", "upload"], packages: ["lru-cache", "undici", "zod"] },
  catalog: { layers: ["core"], packages: ["lru-cache"] },
  tree: { layers: ["core", "catalog"], packages: ["lru-cache"] },
  blocks: { layers: ["core"], packages: ["lru-cache"] },
  read: { layers: ["core", "blocks"], packages: [] },
  write: { layers: ["core", "linux", "upload"], packages: [] },
  fs: { layers: ["core", "catalog", "tree", "read", "write"], packages: ["lru-cache"] },
  metrics: { layers: ["core"], packages: ["prom-client"] },
  session: {
    layers: [
      "core",
      "linux",
      "config",
      "api",
      "upload",
      "catalog",
      "tree",
      "blocks",
      "read",
      "write",
      "fs",
      "metrics",
    ],
    packages: [],
  },
  fuse: { layers: ["core", "linux", "fs"], packages: ["fuse-native", "lru-cache"] },
  mount: {
    layers: ["core", "linux", "config", "fs", "session", "fuse", "metrics"],
    packages: ["rotating-file-stream"],
  },
  emulator: {
    layers: ["core", "linux"],
    packages: [
      "@fastify/busboy",
      "@gmod/bam",
      "@gmod/tabix",
      "@gmod/vcf",
      "fastify",
      "lmdb",
      "lru-cache",
      "selfsigned",
    ],
  },
  cli: {
    layers: [
      "core",
      "linux",
      "config",
      "api",
      "upload",
      "catalog",
      "tree",
      "blocks",
      "read",
      "write",
      "fs",
      "metrics",
      "session",
      "fuse",
      "mount",
      "emulator",
    ],
    packages: ["@commander-js/extra-typings", "cli-progress", "commander", "string-width"],
  },
};

/**
 * The layers within src/emulator/, bottom to top, in the same form. Each may import `core` and `linux` too. The files
 * that lie right in src/emulator/ are on top: they may import all of these, and none of these may import them.
 */
export const emulatorLayers = {
  text: { layers: [], packages: [] },
  http: { layers: ["text"], packages: ["fastify"] },
  state: { layers: [], packages: ["lmdb"] },
  content: { layers: ["state"], packages: [] },
  access: { layers: ["text", "http", "state"], packages: ["fastify", "lru-cache"] },
  serialise: { layers: ["text", "state"], packages: [] },
  genomics: {
    layers: ["http", "state", "content"],
    packages: ["@gmod/bam", "@gmod/tabix", "@gmod/vcf", "lru-cache"],
  },
  services: {
    layers: ["text", "http", "state", "content", "access", "serialise", "genomics"],
    packages: ["@fastify/busboy", "fastify"],
  },
  "object-store": { layers: ["http", "state", "content", "services"], packages: ["fastify"] },
  pages: { layers: ["state", "access"], packages: ["fastify"] },
  coverage: { layers: ["http"], packages: ["fastify"] },
  controllers: {
    layers: [
      "text",
      "http",
      "state",
      "access",
      "serialise",
      "genomics",
      "services",
      "object-store",
      "pages",
      "coverage",
    ],
    packages: ["fastify"],
  },
  catalog: { layers: ["text", "http", "state", "content", "access", "services"], packages: [] },
  verify: { layers: ["text", "http", "state", "catalog"], packages: [] },
  faults: { layers: ["http"], packages: ["fastify"] },
  server: {
    layers: ["http", "state", "content", "services", "object-store", "controllers", "faults"],
    packages: ["fastify", "selfsigned"],
  },
};

/** The rules of a table of layers, whose folders lie in `root`; `prefix` tells them from another table's. */
function layerRules(root, table, prefix = "") {
  const folders = Object.entries(table).flatMap(([folder, { layers: allowed, packages }]) => [
    {
      name: `${prefix}${folder}-imports-only-its-layers`,
      severity: "error",
      from: { path: `^${root}/${folder}/` },
      to: { path: `^${root}/`, pathNot: `^${root}/(${[folder, ...allowed].join("|")})/` },
    },
    {
      name: `${prefix}${folder}-uses-only-its-packages`,
      severity: "error",
      from: { path: `^${root}/${folder}/` },
      to: {
        dependencyTypesNot: ["core", "local"],
        pathNot: [
          "^src/",
          ...packages.flatMap((name) => [
            `^node_modules/${name}/`,
            `^node_modules/@types/${name}/`,
          ]),
          "^node_modules/@types/node/",
        ],
      },
    },
  ]);
  return [
    {
      name: `${prefix}only-known-folders`,
      severity: "error",
      from: {},
      to: {
        path: `^${root}/[^/]+/`,
        pathNot: `^${root}/(${Object.keys(table).join("|")})/`,
      },
    },
    ...folders,
  ];
}

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.ts$", "^src/(index|mount|emulator)\\.ts$"] },
      to: {},
    },
    {
      name: "src-never-imports-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts)/" },
    },
    ...layerRules("src", layers),
    ...layerRules("src/emulator", emulatorLayers, "emulator-"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    builtInModules: { add: [] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};
