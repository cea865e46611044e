export interface Entity {
  readonly id: string;
  /** Deleted by its owner: in no list, and 410 on its own path. */
  readonly removed?: boolean;
  /** Keys that are added to the entity's JSON or replace keys there; null removes a key. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** One key of a map property. */
export interface PropertyMapEntry {
  /** Letters, digits, spaces and `_ . : -`. */
  readonly Key: string;
  /** Texts. */
  readonly Values: readonly string[];
}

/** A property. The values of reference types are Hrefs (`v1pre3/samples/7`). */
export interface Property {
  /** Lower case; ends in `[]` for a property of many values. */
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
