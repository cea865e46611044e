import { z } from "zod";
import type { Raw, User } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  Email: maybe(text),
  DateCreated: maybe(date),
  DateLastActive: maybe(date),
});

export const decodeUser: Decode<User> = (value, at) => {
  const user = parse(shape, value, at);
  return model<User>({
    id: user.Id,
    name: user.Name,
    href: user.Href,
    email: user.Email,
    dateCreated: user.DateCreated,
    dateLastActive: user.DateLastActive,
    raw: value as Raw,
  });
};
