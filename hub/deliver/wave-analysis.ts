import { analysisCheckOf } from '../model/analysis.ts';
import type { WaveRecord } from '../model/delivery.ts';
import type { AnalysisEffect, EffectsKnown } from '../model/effect.ts';
import type { Wave } from './members.ts';

/** What the analysis of a wave reads. */
export interface WaveAnalysisInput {
  readonly wave: Pick<Wave, 'key' | 'settings'>;
  /** `web#17`, and its attempt: another one asks anew. */
  readonly name: string;
  readonly attempt: number;
  readonly effects: EffectsKnown;
}

/** Where the analysis of a wave stands. */
export interface WaveAnalysis {
  /** True once every check has passed, or there is none. */
  readonly passed: boolean;
  /** Why it failed; null = it did not. */
  readonly refused: string | null;
  /** What it waits for, in words. */
  readonly waits: string;
  /** What is asked; what has passed is wanted on, or its verdict would be forgotten, and asked again. */
  readonly effects: readonly AnalysisEffect[];
}

/** What the checks of a wave come to: the first that fails refuses it. What cannot be told is neither: it waits. Pure. */
export function analysisOf({ wave, name, attempt, effects: known }: WaveAnalysisInput): WaveAnalysis {
  const checks = wave.settings.analysis.map((document, index) => {
    const check = analysisCheckOf(document, index);
    const effect = effectOf(check, `${name}/${wave.key}/${check.name}/${attempt}`);
    return { name: check.name, effect, verdict: known.verdict(effect), waits: known.waits(effect) };
  });
  const nothing = { passed: false, refused: null, waits: '', effects: [] };
  const failed = checks.find(({ verdict }) => verdict?.ok === false);
  if (failed !== undefined) {
    const refused = `its analysis ${failed.name} failed: ${failed.verdict?.reason ?? ''}`;
    return { ...nothing, refused, waits: refused };
  }
  const effects = checks.map(({ effect }) => effect);
  const open = checks.find(({ verdict }) => verdict === undefined);
  if (open === undefined) return { ...nothing, passed: true, effects };
  const words = open.waits === '' ? '' : `: ${open.waits}`;
  return { ...nothing, waits: `its analysis ${open.name}${words}`, effects };
}

function effectOf(check: ReturnType<typeof analysisCheckOf>, id: string): AnalysisEffect {
  const { address, query, condition, everySeconds, forSeconds, failures } = check;
  const samples = Math.max(1, Math.ceil(forSeconds / everySeconds));
  const asked = { url: { value: address }, query, condition, everyMs: everySeconds * 1000, samples, failures };
  return { id, kind: 'analysis', ...asked };
}

/** Why a wave goes no further: its analysis failed, and it has one still; null = it goes on. */
export function refusedWave(
  { settings: { analysis } }: Pick<Wave, 'settings'>,
  record: Pick<WaveRecord, 'refused'> | undefined,
): string | null {
  return analysis.length === 0 ? null : (record?.refused ?? null);
}
