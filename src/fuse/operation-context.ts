import type { FileSystem } from "../fs/file-system.ts";
import type { Answerer } from "./answer.ts";
import type { OtherWriters } from "./other-writers.ts";
import type { PathNodes } from "./path-nodes.ts";

/** What every operation works with. */
export interface OperationContext {
  readonly fileSystem: FileSystem;
  readonly nodes: PathNodes;
  readonly answerer: Answerer;
  readonly writers: OtherWriters;
}
