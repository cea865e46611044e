import type { FileSystem } from "../fs/file-system.ts";
import type { Answerer } from "./answer.ts";
import type { PathNodes } from "./path-nodes.ts";

/** What every operation works with. */
export interface OperationContext {
  readonly fileSystem: FileSystem;
  readonly nodes: PathNodes;
  readonly answerer: Answerer;
  /** Absolute. */
  readonly mountPoint: string;
}
