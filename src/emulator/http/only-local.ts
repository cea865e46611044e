import type { FastifyRequest } from "fastify";
import { Problem } from "./problem.ts";

/** For the emulator's own controls. @throws Problem 403 for a caller on another machine */
export function onlyLocal(request: FastifyRequest): void {
  const address = request.raw.socket.remoteAddress ?? "";
  if (/^(::1|(::ffff:)?127\.)/.test(address)) return;
  throw new Problem(403, "Forbidden", "The emulator is controlled from its own machine only");
}
