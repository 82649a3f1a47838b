import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { StatusView } from '../../../hub/api/status.ts';
import { track } from './program.ts';

/** What `sluice-hub status --watch -o json` says, as it says it. */
export interface StatusFeed {
  readonly view: () => StatusView | null;
  readonly close: () => void;
}

/** Starts the command; `changed` is called with each new view. */
export function startStatusFeed(dataFolder: string, cwd: string, changed: () => void): StatusFeed {
  const args = ['hub/main.ts', 'status', '--watch', '-o', 'json', '--data', dataFolder];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  track(child);
  let view: StatusView | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    view = JSON.parse(line) as StatusView;
    changed();
  });
  return { view: () => view, close: () => child.kill('SIGTERM') };
}
