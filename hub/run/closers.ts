/** What is to be closed at the end, the last one first: of a hub that stops, and of a start that fails on its way. */
export interface Closers {
  readonly add: (close: () => unknown) => void;
  /** Closes everything, even when some of it fails; then throws the first failure. */
  readonly closeAll: () => Promise<void>;
}

/** Begins with nothing to close. */
export function createClosers(): Closers {
  const closes: (() => unknown)[] = [];
  return {
    add: (close) => void closes.push(close),
    closeAll: async () => {
      const failures: unknown[] = [];
      for (const close of closes.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Runs a start that adds to `closers` what it opens: when it throws, that is closed again, and its own error stays the one that counts. */
export async function closingOnFailure<T>(closers: Closers, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await closers.closeAll().catch(() => undefined);
    throw error;
  }
}
