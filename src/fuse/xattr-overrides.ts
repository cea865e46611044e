import { constants } from "node:os";
import type { Operations, Options, Signal } from "fuse-native";
import type { FuseConstructor } from "./load-binding.ts";
import type { OperationContext } from "./operation-context.ts";

/*
 * The binding's getxattr and listxattr reply EIO or nothing at all when the caller's buffer is too short, which is how
 * half of the programs ask for the size. So a subclass replaces both.
 *
 * Everything outside `user.` is ENOTSUP at once: ls asks for two attributes of every file until it gets this reply, the
 * kernel asks for security.capability before every write, and `cp -p` then uses chmod instead of its ACL. ENOSYS would
 * disable all extended attributes for the life of the mount.
 */
const { ERANGE, ENOTSUP } = constants.errno;

/** False for security, system and trusted attributes, which this filesystem does not have. */
export function isUserAttribute(name: string): boolean {
  return name.startsWith("user.");
}

/** Makes the binding register the operations, which the subclass then overrides. */
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
  /** The caller's buffer in libfuse's memory; empty when the caller asks for the size only. */
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
    this.#run("getxattr", signal, request, async (abort) => {
      return await fileSystem.getxattr(await nodes.node(path, abort), name, abort);
    });
  }

  list(signal: Signal, request: Request): void {
    const { fileSystem, nodes } = this.#context;
    this.#run("listxattr", signal, request, async (abort) => {
      const names = await fileSystem.listxattr(await nodes.node(request.path, abort), abort);
      return Buffer.from(names.map((name) => `${name}\0`).join(""));
    });
  }

  #run(
    operation: string,
    signal: Signal,
    { path, into }: Request,
    work: (abort: AbortSignal) => Promise<Uint8Array>,
  ): void {
    this.#context.runner.run({ operation, path }, work, {
      succeed: (value) => {
        signal(copyOut(value, into), into.buffer);
        return 0;
      },
      fail: (result) => signal(result, into.buffer),
    });
  }
}

/** Copies `value` if there is room, and returns its size; -ERANGE if there is not, see getxattr(2). */
export function copyOut(value: Uint8Array, into: Uint8Array): number {
  if (into.length === 0) return value.length;
  if (value.length > into.length) return -ERANGE;
  into.set(value);
  return value.length;
}
