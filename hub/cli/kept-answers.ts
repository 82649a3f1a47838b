import { isAbsolute, join } from 'node:path';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import { evaluatorId } from '../cue/evaluator.ts';
import { openAnswerFiles, type AnswerFiles } from '../store/answer-files.ts';
import { givenBy } from './context.ts';

/** Answers of the evaluator that commands of this user share; null where there is no place for them. */
export function openKeptAnswers({ env }: Pick<Terminal, 'env'>, clock: Pick<Clock, 'now'>): AnswerFiles | null {
  const folder = cacheFolder(env);
  return folder === null ? null : openAnswerFiles(join(folder, 'answers'), { clock, evaluator: evaluatorId() });
}

/** The user's folder for what can be made again, as the XDG base directories say; null where none is named. */
export function cacheFolder(env: Terminal['env']): string | null {
  const named = (name: string): readonly string[] => {
    const path = givenBy({ env }, name) ?? '';
    return isAbsolute(path) ? [path] : [];
  };
  const [first] = [
    ...named('SLUICE_CACHE'),
    ...named('XDG_CACHE_HOME').map((caches) => join(caches, 'sluice')),
    ...named('HOME').map((home) => join(home, '.cache', 'sluice')),
  ];
  return first ?? null;
}
