import type {
  CollectionDirectory,
  EntityDirectory,
  FolderDirectory,
  RootDirectory,
} from "./node.ts";

/** A directory that stands in every directory of some sort. */
export type FixedDirectory = CollectionDirectory | FolderDirectory;

/** Which directories there are; what they are called is part of it, what is in them is not. */
export interface Layout {
  /** In the order in which they are listed. */
  directoriesIn(parent: RootDirectory | EntityDirectory): readonly FixedDirectory[];
}
