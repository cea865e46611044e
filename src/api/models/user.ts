import type { UserId } from "../../core/ids.ts";
import { decoder, entityFields, type ModelOf, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { date, text } from "./wire.ts";

const fields = {
  ...entityFields<UserId>(),
  /** The address of the account. */
  email: optional("Email", text),
  /** When it was created. */
  dateCreated: optional("DateCreated", date),
  /** When the user used BaseSpace last. */
  dateLastActive: optional("DateLastActive", date),
};

/** A user of BaseSpace. */
export interface User extends ModelOf<typeof fields> {}

export const decodeUser: Decode<User> = decoder(fields);
