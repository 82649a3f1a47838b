import { watch } from 'chokidar';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Watch } from '../load/watch.ts';

/** Milliseconds without a further change before a burst counts as over. */
const quiet = 50;

/** Watches through the file system's own events (chokidar); a watcher that fails calls `changed` so that the caller looks. */
export function createWatch(clock: Pick<Clock, 'after'>): Watch {
  return async (paths, { ignored, changed }, signal) => {
    if (signal.aborted) return;
    let cancel = (): void => undefined;
    const soon = (): void => {
      cancel();
      cancel = clock.after(quiet, changed);
    };
    const watcher = watch([...paths], { ignored: (path) => ignored(path), ignoreInitial: true, followSymlinks: false });
    // Whatever happened before the watcher was ready may have been missed.
    watcher.on('all', soon).on('error', soon).on('ready', soon);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    cancel();
    await watcher.close();
  };
}
