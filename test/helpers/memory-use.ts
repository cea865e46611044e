/** Work with borrowed memory that continues until a test ends it. */
export interface MemoryUse {
  readonly given: Promise<Buffer>;
  /** Ends the work: with a reason it fails, otherwise it succeeds. Returns when the memory was given back. */
  end(failure?: Error): Promise<void>;
}

/** Begins to use memory that `lend` gives to the work that it runs. */
export function memoryUse(
  lend: (work: (memory: Buffer) => Promise<void>) => Promise<void>,
): MemoryUse {
  let finish = (_failure?: Error): void => {};
  const ended = new Promise<void>((resolve, reject) => {
    finish = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  // Read only after memory was given.
  ended.catch(() => {});
  let lending: Promise<void> | undefined;
  const given = new Promise<Buffer>((resolve, reject) => {
    lending = lend(async (memory) => {
      resolve(memory);
      await ended;
    });
    lending.catch(reject);
  });
  given.catch(() => {});
  return {
    given,
    end: async (failure) => {
      finish(failure);
      await lending?.catch(() => {});
    },
  };
}
