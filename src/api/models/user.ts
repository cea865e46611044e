import type { UserId } from "../../core/ids.ts";
import { decoder, entityFields, type ModelOf, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { date, text } from "./wire.ts";

const fields = {
  ...entityFields<UserId>(),
  email: optional("Email", text),
  dateCreated: optional("DateCreated", date),
  dateLastActive: optional("DateLastActive", date),
};

export interface User extends ModelOf<typeof fields> {}

export const decodeUser: Decode<User> = decoder(fields);
