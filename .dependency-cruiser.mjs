/**
 * The layers of src/, bottom to top: which folders each may import, and which packages. Everything not
 * written here is refused. `npm run layers` also fails when fewer modules were read than exist.
 */
export const layers = {
  core: { layers: [], packages: ["lru-cache", "pino"] },
  linux: { layers: ["core"], packages: [] },
  config: { layers: ["core"], packages: ["ini"] },
  upload: { layers: ["core"], packages: [] },
  api: { layers: ["core", "linux", "upload"], packages: ["undici", "zod"] },
  catalog: { layers: ["core", "api"], packages: ["lru-cache"] },
  tree: { layers: ["core", "catalog"], packages: [] },
  blocks: { layers: ["core"], packages: ["lru-cache"] },
  read: { layers: ["core", "blocks"], packages: [] },
  write: { layers: ["core", "linux", "upload"], packages: [] },
  fs: { layers: ["core", "catalog", "tree", "read", "write"], packages: [] },
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
  emulator: { layers: ["core", "linux"], packages: ["@fastify/busboy", "fastify", "lmdb"] },
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

const folderRules = Object.entries(layers).flatMap(([folder, { layers: allowed, packages }]) => [
  {
    name: `${folder}-imports-only-its-layers`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { path: "^src/", pathNot: `^src/(${[folder, ...allowed].join("|")})/` },
  },
  {
    name: `${folder}-uses-only-its-packages`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: {
      dependencyTypesNot: ["core", "local"],
      pathNot: [
        "^src/",
        ...packages.flatMap((name) => [`^node_modules/${name}/`, `^node_modules/@types/${name}/`]),
        "^node_modules/@types/node/",
      ],
    },
  },
]);

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
    {
      name: "only-known-folders",
      severity: "error",
      from: {},
      to: {
        path: "^src/[^/]+/",
        pathNot: `^src/(${Object.keys(layers).join("|")})/`,
      },
    },
    ...folderRules,
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
