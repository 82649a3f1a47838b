import { checkAnalysis } from './analysis.ts';
import { checkWindow } from './windows.ts';
import { percentOf } from '../model/percent.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { lastWave, waveName, type RolloutNumbers } from '../model/rollout.ts';

/** Checks the waves of a rollout: what was approved and begun is remembered by their names. */
export function checkWaves(rollout: RolloutNumbers, path: Steps, reporter: Reporter): void {
  const { waves = [], analysis = [] } = rollout;
  checkShares(rollout, path, reporter);
  if (rollout.window !== undefined) checkWindow(rollout.window, [...path, 'window'], reporter);
  const names = new Set<string>();
  for (const [index, wave] of waves.entries()) {
    const name = waveName(wave, index);
    const at = [...path, 'waves', index, ...(wave.name === undefined ? [] : ['name'])];
    const hint = 'give each wave a name of its own';
    if (name === lastWave) reporter.error('DOCUMENT_INVALID', at, `${name} is the name of the last wave`, hint);
    else if (names.has(name)) reporter.error('DOCUMENT_INVALID', at, `two waves have the name ${name}`, hint);
    names.add(name);
    checkShares(wave, [...path, 'waves', index], reporter);
    if (wave.window !== undefined) checkWindow(wave.window, [...path, 'waves', index, 'window'], reporter);
    checkAnalysis(wave.analysis ?? [], [...path, 'waves', index, 'analysis'], reporter);
  }
  checkAnalysis(analysis, [...path, 'analysis'], reporter);
}

const shares = ['maxConcurrent', 'maxFailed', 'maxAbsent'] as const;

/** Checks how many clusters may be under way, may fail and may be away. */
function checkShares(numbers: Pick<RolloutNumbers, (typeof shares)[number]>, path: Steps, reporter: Reporter): void {
  for (const member of shares) {
    const share = numbers[member];
    if (typeof share !== 'string' || percentOf(share) !== null) continue;
    reporter.error('DOCUMENT_INVALID', [...path, member], `${share} is more than all of it`, 'write at most 100%');
  }
  const { maxConcurrent } = numbers;
  if (maxConcurrent !== 0 && maxConcurrent !== '0%') return;
  const hint = 'write 1 or more; sluice.dev/paused: "true" lets nothing begin';
  reporter.error('DOCUMENT_INVALID', [...path, 'maxConcurrent'], 'no cluster at all may be under way', hint);
}
