/**
 * Watches files and folders (whole trees) and calls `changed` a moment after something in them changed, once for a
 * burst. Runs until the signal aborts. Paths that are missing yet are watched all the same; `ignored` keeps paths out.
 */
export type Watch = (
  paths: readonly string[],
  options: { readonly ignored: (path: string) => boolean; readonly changed: () => void },
  signal: AbortSignal,
) => Promise<void>;
