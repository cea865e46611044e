import { constants } from "node:os";
import type { Operations, Options, Signal } from "fuse-native";
import type { Answer } from "../fs/file-system.ts";
import { andThen } from "../core/answer.ts";
import type { FuseConstructor } from "./load-binding.ts";
import type { OperationContext } from "./operation-context.ts";

/*
 * The binding's own getxattr and listxattr answer EIO or nothing at all when the caller's buffer is too
 * short, which is how half of the programs ask for the size. So both are replaced in a subclass.
 *
 * Everything outside `user.` is ENOTSUP before anything else happens: ls asks for two attributes of every
 * file until it hears that, the kernel asks for security.capability before every write, and `cp -p` gives
 * up its ACL and uses chmod. ENOSYS would end all extended attributes for the life of the mount.
 */
const { ERANGE, ENOTSUP } = constants.errno;

/** False for security, system and trusted attributes, which this filesystem does not have. */
export function isUserAttribute(name: string): boolean {
  return name.startsWith("user.");
}

/** Present so that the binding registers the operations; the subclass answers them. */
export function xattrOperations(): Pick<Operations, "getxattr" | "listxattr"> {
  return {
    getxattr: (_path, _name, _position, done) => done(-ENOTSUP),
    listxattr: (_path, done) => done(-ENOTSUP),
  };
}

/** A fuse-native mount whose extended attributes follow xattr(7). */
export function createBinding(
  Fuse: FuseConstructor,
  mount: {
    readonly mountPoint: string;
    readonly operations: Operations;
    readonly options: Options;
  },
  context: OperationContext,
): InstanceType<FuseConstructor> {
  const attributes = new AttributeReader(context);
  class BsmountFuse extends Fuse {
    override _op_getxattr(signal: Signal, path: string, name: string, into: Uint8Array): void {
      attributes.get(signal, { path, name, into });
    }

    override _op_listxattr(signal: Signal, path: string, into: Uint8Array): void {
      attributes.list(signal, { path, into });
    }
  }
  return new BsmountFuse(mount.mountPoint, mount.operations, mount.options);
}

interface Request {
  readonly path: string;
  /** The caller's buffer in libfuse's memory; empty when only the size is asked for. */
  readonly into: Uint8Array;
}

class AttributeReader {
  readonly #context: OperationContext;

  constructor(context: OperationContext) {
    this.#context = context;
  }

  get(signal: Signal, request: Request & { readonly name: string }): void {
    const { path, name, into } = request;
    if (!isUserAttribute(name)) {
      signal(-ENOTSUP, into.buffer);
      return;
    }
    const { fileSystem, nodes } = this.#context;
    this.#answer("getxattr", signal, request, (abort) =>
      andThen(nodes.node(path, abort), (ino) => fileSystem.getxattr(ino, name, abort)),
    );
  }

  list(signal: Signal, request: Request): void {
    const { fileSystem, nodes } = this.#context;
    this.#answer("listxattr", signal, request, (abort) =>
      andThen(nodes.node(request.path, abort), (ino) =>
        andThen(fileSystem.listxattr(ino, abort), (names) =>
          Buffer.from(names.map((name) => `${name}\0`).join("")),
        ),
      ),
    );
  }

  #answer(
    operation: string,
    signal: Signal,
    { path, into }: Request,
    work: (abort: AbortSignal) => Answer<Uint8Array>,
  ): void {
    const refuse = (result: number): void => signal(result, into.buffer);
    this.#context.answerer.answer({ operation, path }, work, {
      give: (value) => {
        signal(copyOut(value, into), into.buffer);
        return 0;
      },
      refuse,
    });
  }
}

/** The size of `value`, which is copied when there is room; see getxattr(2). */
export function copyOut(value: Uint8Array, into: Uint8Array): number {
  if (into.length === 0) return value.length;
  if (value.length > into.length) return -ERANGE;
  into.set(value);
  return value.length;
}
