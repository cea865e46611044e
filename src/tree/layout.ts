import type {
  CollectionDirectory,
  EntityDirectory,
  FolderDirectory,
  RootDirectory,
} from "./node.ts";

/** A directory that every directory of one kind contains. */
export type FixedDirectory = CollectionDirectory | FolderDirectory;

/** Defines the directories and their names, but not their entries. */
export interface Layout {
  /** In listing order. */
  directoriesIn(parent: RootDirectory | EntityDirectory): readonly FixedDirectory[];
}
