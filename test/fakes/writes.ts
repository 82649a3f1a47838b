import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What changes: bytes of a file, its name, or that it is there. */
export type Write = 'bytes' | 'name' | 'removal';

/**
 * Calls `step` before each change that this thread makes of a file below a folder with the calls that wait (`node:fs`, not its promises),
 * which is what the hub's stores write with. `fsync` counts as none: it changes nothing for the next process. Answers what ends it.
 */
export function watchWrites(below: string, step: (what: Write) => void): () => void {
  const { openSync, closeSync, renameSync, writeSync, unlinkSync, linkSync } = fs;
  const open = new Set<number>();
  const at = (path: unknown, what: Write) => {
    if (typeof path === 'string' && path.startsWith(below)) step(what);
  };
  fs.openSync = (path, ...more) => {
    const file = openSync(path, ...more);
    if (String(path).startsWith(below)) open.add(file);
    return file;
  };
  fs.closeSync = (file) => {
    open.delete(file);
    closeSync(file);
  };
  fs.renameSync = (from, to) => {
    at(to, 'name');
    renameSync(from, to);
  };
  fs.unlinkSync = (path) => {
    at(path, 'removal');
    unlinkSync(path);
  };
  fs.linkSync = (from, to) => {
    at(to, 'name');
    linkSync(from, to);
  };
  fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
    if (open.has(args[0])) step('bytes');
    return writeSync(...args);
  }) as typeof writeSync;
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { openSync, closeSync, renameSync, writeSync, unlinkSync, linkSync });
    syncBuiltinESMExports();
  };
}
