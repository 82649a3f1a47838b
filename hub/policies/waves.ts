import { checkAnalysis } from './analysis.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { lastWave, waveName, type RolloutNumbers } from '../model/rollout.ts';

/** Checks the waves of a rollout: what was approved and begun is remembered by their names. */
export function checkWaves({ waves = [], analysis = [] }: RolloutNumbers, path: Steps, reporter: Reporter): void {
  const names = new Set<string>();
  for (const [index, wave] of waves.entries()) {
    const name = waveName(wave, index);
    const at = [...path, 'waves', index, ...(wave.name === undefined ? [] : ['name'])];
    const hint = 'give each wave a name of its own';
    if (name === lastWave) reporter.error('DOCUMENT_INVALID', at, `${name} is the name of the last wave`, hint);
    else if (names.has(name)) reporter.error('DOCUMENT_INVALID', at, `two waves have the name ${name}`, hint);
    names.add(name);
    checkAnalysis(wave.analysis ?? [], [...path, 'waves', index, 'analysis'], reporter);
  }
  checkAnalysis(analysis, [...path, 'analysis'], reporter);
}
