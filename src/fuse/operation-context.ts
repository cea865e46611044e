import type { FileSystem } from "../fs/file-system.ts";
import type { OperationRunner } from "./operation-runner.ts";
import type { OtherWriters } from "./other-writers.ts";
import type { PathNodes } from "./path-nodes.ts";

/** What the operations of one mount share. */
export interface OperationContext {
  readonly fileSystem: FileSystem;
  readonly nodes: PathNodes;
  readonly runner: OperationRunner;
  readonly writers: OtherWriters;
}
