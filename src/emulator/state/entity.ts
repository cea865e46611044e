export interface Entity {
  readonly id: string;
  /** Deleted by its owner: gone from every list, 410 on its own path. */
  readonly removed?: boolean;
  /** Keys that replace or join those of the answer, as they stand; null takes a key away. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** One key of a map property. */
export interface PropertyMapEntry {
  readonly Key: string;
  readonly Values: readonly string[];
}

/** Reference types hold Hrefs (`v1pre3/samples/7`) as their text. */
export interface Property {
  /** Lower case, `[]` behind it for many values. */
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly content?: string;
  readonly items?: readonly string[];
  readonly contentMap?: readonly PropertyMapEntry[];
  readonly itemsMap?: readonly (readonly PropertyMapEntry[])[];
  readonly dateModified: string;
  readonly userId: string;
  readonly applicationId: string;
}

export interface WithProperties extends Entity {
  readonly properties: readonly Property[];
}
