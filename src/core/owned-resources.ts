/**
 * Resources of one owner, which are disposed in reverse order. When one fails, the others are disposed all the same,
 * and the first failure is thrown at the end.
 */
export class OwnedResources implements AsyncDisposable {
  readonly #resources: (AsyncDisposable | Disposable)[] = [];

  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    this.#resources.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let resource = this.#resources.pop(); resource; resource = this.#resources.pop()) {
      try {
        if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
        else resource[Symbol.dispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
