import { withPrintableLines } from '../../shared/lib/printable.ts';
import type { Rollout } from '../api/rollouts.ts';
import { ageText } from './age.ts';
import { layoutTable, wrap } from './layout.ts';
import { plural } from './style.ts';
import { withWhere } from './where.ts';

/** How the text is to look. */
export interface RolloutStyle {
  readonly columns: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What commands that are printed need to reach the same hub: `--data DIR`; empty = nothing. */
  readonly where?: string;
}

/** One line for each delivery. */
export function rolloutTable(given: readonly Rollout[], { columns, now }: RolloutStyle): string {
  if (given.length === 0) return 'nothing is delivered in steps or waves\n';
  const rows = given
    .map(withPrintableLines)
    .map((one) => [
      one.name,
      one.content,
      one.phase,
      countText(one.counts),
      ageText(Math.max(0, Math.floor((now - Date.parse(one.startedAt)) / 1000))),
      one.waits === '' ? '-' : one.waits,
    ]);
  const heads = ['DELIVERY', 'REVISION', 'PHASE', 'DONE', 'AGE', 'WAITS FOR'];
  const least = [12, 8, 8, 5, 3, 20];
  const layout = heads.map((title, at) => ({ title, least: least[at] ?? 3 }));
  return `${layoutTable(layout, rows, columns)}
`;
}

/** A delivery with a line for each step and wave, what failed, and what to do. */
export function rolloutText(given: Rollout, { columns, now, where }: RolloutStyle): string {
  const one = withPrintableLines(given);
  const age = ageText(Math.max(0, Math.floor((now - Date.parse(one.startedAt)) / 1000)));
  const from = one.stable === null || one.stable === one.content ? '' : `, before it ${one.stable}`;
  const again = one.attempt === 1 ? '' : `, attempt ${one.attempt}`;
  const head = `${one.name}: ${one.phase}, brings ${one.content}${from}, begun ${age} ago${again}`;
  const lines = [
    ...wrap(head, columns, ''),
    ...(one.reason === '' ? [] : wrap(`why: ${one.reason}`, columns, '')),
    ...one.steps.flatMap((step) => stepLines(step, '  ', columns)),
    ...unitLines('in steps', one.inSteps, columns),
    ...unitLines('failed', one.failed, columns),
    ...unitLines('away', one.absent, columns),
    ...unitLines('on hold', one.held, columns),
    ...unitLines('taken back', one.back, columns),
    ...(one.next === null ? [] : wrap(`next: ${one.next}, once it has ended`, columns, '')),
    ...(one.waits === '' ? [] : wrap(`it waits: ${one.waits}`, columns, '')),
    ...(one.todo === null ? [] : wrap(`to go on: ${withWhere(one.todo, where)}`, columns, '')),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line that says all of a delivery that changes: what a pipe shows of it. */
export function rolloutLine(given: Rollout): string {
  const one = withPrintableLines(given);
  const waits = one.waits === '' ? '' : `: ${one.waits}`;
  const reason = one.reason === '' ? '' : ` (${one.reason})`;
  return `${one.name} ${one.phase}${reason}, ${countText(one.counts)} done${othersText(one.counts)}${waits}`;
}

type Step = Rollout['steps'][number] | Rollout['steps'][number]['steps'][number];

function stepLines(step: Step, indent: string, columns: number): readonly string[] {
  const message = step.message === '' ? '' : `: ${step.message}`;
  const within = 'steps' in step ? step.steps.flatMap((sub) => stepLines(sub, `${indent}  `, columns)) : [];
  const waves = step.waves.flatMap((wave) => {
    const waits = wave.waits === '' ? '' : `; waits for ${wave.waits}`;
    const text = `wave ${wave.name}: ${wave.phase}, ${countText(wave)} done${othersText(wave)}${waits}`;
    return wrap(text, columns, `${indent}  `);
  });
  const text = `${step.name} (${step.type}): ${step.phase}${message}`;
  return [...wrap(text, columns, indent), ...waves, ...within];
}

function countText({ done, total }: Pick<Rollout['counts'], 'done' | 'total'>): string {
  return `${done}/${total}`;
}

function othersText({ inFlight, failed, absent, held }: Rollout['counts']): string {
  const words: readonly (readonly [number, string])[] = [
    [inFlight, 'in flight'],
    [failed, 'failed'],
    [absent, 'away'],
    [held, 'on hold'],
  ];
  return words.flatMap(([count, word]) => (count === 0 ? [] : [`, ${count} ${word}`])).join('');
}

const shown = 10;

function unitLines(word: string, units: Rollout['failed'], columns: number): readonly string[] {
  if (units.length === 0) return [];
  const lines = units.slice(0, shown).flatMap(({ unit, reason }) => wrap(`${unit}: ${reason}`, columns, '  '));
  const more = units.length > shown ? [`  and ${units.length - shown} more`] : [];
  return [`${word}: ${plural(units.length, 'cluster')}`, ...lines, ...more];
}
