import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Rollout } from '../../../../hub/api/rollouts.ts';
import { track } from '../program.ts';

/** What `sluice-hub rollout show shop --watch --json` says, as it says it. */
export interface RolloutFeed {
  readonly rollout: () => Rollout | null;
  readonly close: () => void;
}

/** Starts the command; `changed` is called with each change. */
export function startRolloutFeed(dataFolder: string, cwd: string, changed: () => void): RolloutFeed {
  const args = ['hub/main.ts', 'rollout', 'show', 'shop', '--watch', '--json', '--data', dataFolder];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  track(child);
  let rollout: Rollout | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    rollout = JSON.parse(line) as Rollout;
    changed();
  });
  return { rollout: () => rollout, close: () => child.kill('SIGTERM') };
}
