import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before a program (`node --import`): ends it as SIGKILL does at its N-th change of a file below a folder, with
 * N from SLUICE_KILL_AT and the folder from SLUICE_KILL_BELOW. What was changed before stays, what would come next is not done.
 * With SLUICE_KILL_COMMITS, a store of Git, only moves of its refs count: the moment before each, and the one after it.
 */
const at = Number(process.env['SLUICE_KILL_AT'] ?? 0);
const below = process.env['SLUICE_KILL_BELOW'] ?? '';
const refs = process.env['SLUICE_KILL_COMMITS'];
let steps = 0;

function step(path: unknown): void {
  if (refs !== undefined ? path !== `${refs}/packed-refs` : typeof path === 'string' && !path.includes(below)) return;
  steps += 1;
  if (steps === at) process.kill(process.pid, 'SIGKILL');
}

if (at > 0) {
  const { renameSync, writeSync, fsyncSync, unlinkSync, linkSync } = fs;
  fs.renameSync = (from, to) => {
    step(to);
    renameSync(from, to);
    if (refs !== undefined) step(to);
  };
  fs.unlinkSync = (path) => {
    step(path);
    unlinkSync(path);
  };
  fs.linkSync = (from, to) => {
    step(to);
    linkSync(from, to);
  };
  fs.fsyncSync = (file) => {
    step(undefined);
    fsyncSync(file);
  };
  fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
    step(undefined);
    return writeSync(...args);
  }) as typeof writeSync;
  syncBuiltinESMExports();
}
