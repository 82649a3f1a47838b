import { describe, expect, it } from 'vitest';
import {
  fightsOf,
  isRepairDue,
  rememberWritten,
  repairableAt,
  type RepairMemory,
} from '../../../../agent/apply/repairs.ts';
import type { ApplyTask } from '../../../../agent/model/plan.ts';
import type { Row } from '../../../../agent/model/rows.ts';

const id = '/ConfigMap/default/a';
type Sending = Pick<ApplyTask, 'id' | 'digest' | 'overrides' | 'isRepair'>;
const change = (digest: string, value?: number): Sending => {
  const overrides = value === undefined ? [] : [{ pointer: '/spec/replicas', value }];
  return { id, digest: `sha256:${digest}`, overrides, isRepair: false };
};
const repair: Sending = { ...change('a'), isRepair: true };
const row = (more: Partial<Row> = {}): Row => ({ id, app: 'default/one', action: 'configured', reason: '', ...more });
const [seconds, minutes, hours] = [1_000, 60_000, 3_600_000];

/** What is remembered after repairs at these moments. */
function repairedAt(times: readonly number[], more: Partial<Row> = {}): RepairMemory {
  const memory: RepairMemory = new Map();
  rememberWritten(memory, change('a'), row(), 0);
  for (const at of times) rememberWritten(memory, repair, row(more), at);
  return memory;
}

describe('a repair is due', () => {
  it.each<[rule: string, times: readonly number[], task: Sending, at: number, isDue: boolean]>([
    ['at once the first time', [], repair, 0, true],
    ['at once the second and third time', [0, 1], repair, 1, true],
    ['ten seconds after the third', [0, 1, 2], repair, 2 + 10 * seconds, true],
    ['not before', [0, 1, 2], repair, 1 + 10 * seconds, false],
    ['twenty seconds after the fourth', [0, 1, 2, 20_000], repair, 40 * seconds, true],
    ['not before', [0, 1, 2, 20_000], repair, 40 * seconds - 1, false],
    ['for other content at any time', [0, 1, 2], change('b'), 2, true],
    ['for other replicas at any time', [0, 1, 2], change('a', 3), 2, true],
    ['not for the same content again, whatever the task says of it', [0, 1, 2], change('a'), 2, false],
  ])('%s', (_, times, task, at, isDue) => {
    expect(isRepairDue(repairedAt(times), task, at)).toBe(isDue);
  });

  it('for what was never written', () => {
    expect([isRepairDue(new Map(), repair, 0), repairableAt(new Map(), id)]).toEqual([true, 0]);
  });

  it('after five minutes at the latest, however often it was', () => {
    const times = Array.from({ length: 60 }, (_, index) => index * 5 * minutes);
    expect(repairableAt(repairedAt(times), id) - (times.at(-1) ?? 0)).toBe(5 * minutes);
  });

  it('at once again after an hour without one', () => {
    expect(repairableAt(repairedAt([0, 1, 2, 3, 3 + hours]), id)).toBe(3 + hours);
    expect(repairableAt(repairedAt([0, 1, 2, 3, 2 + hours]), id)).toBeGreaterThan(2 + hours);
  });

  it('at once again when the bundle brought other content in between', () => {
    const memory = repairedAt([0, 1, 2]);
    rememberWritten(memory, change('b'), row(), 3);
    rememberWritten(memory, { ...change('b'), isRepair: true }, row(), 4);
    expect(repairableAt(memory, id)).toBe(4);
  });
});

describe('something fights over an object', () => {
  const rivals = [{ manager: 'kubectl-edit', fields: ['data.value', 'data.other'] }];
  const words = (times: readonly number[], at: number, more: Partial<Row> = { rivals }) =>
    fightsOf(repairedAt(times, more), at).get(id) ?? null;

  it.each<[rule: string, times: readonly number[], at: number, words: string | null]>([
    ['not after two repairs', [0, 1], 1, null],
    ['after the third in ten minutes', [0, 1, 10 * minutes - 1], 10 * minutes, 'kubectl-edit: data.value, data.other'],
    ['not where the three took longer', [0, 1, 10 * minutes], 10 * minutes, null],
    [
      'after three in a row, whenever those were',
      [0, 20 * minutes, 21 * minutes, 22 * minutes],
      22 * minutes,
      'kubectl-edit: data.value, data.other',
    ],
    [
      'for ten minutes and the wait for the next repair',
      [0, 1, 2],
      2 + 10 * minutes + 10 * seconds,
      'kubectl-edit: data.value, data.other',
    ],
    ['not once it was quiet for longer', [0, 1, 2], 3 + 10 * minutes + 10 * seconds, null],
    ['not after an hour without a repair and one more', [0, 1, 2, 2 + hours], 3 + hours, null],
  ])('%s', (_, times, at, expected) => {
    expect(words(times, at)).toBe(expected === null ? null : `fought over by ${expected}`);
  });

  it.each<[rule: string, more: Partial<Row>, words: string]>([
    [
      'deletes it',
      { action: 'created' },
      'deleted again and again by something else; it is made again ever more rarely',
    ],
    [
      'leaves no name',
      { action: 'configured' },
      'changed again and again by something else; it is repaired ever more rarely',
    ],
    ['is known by name alone', { rivals: [{ manager: 'helm', fields: [] }] }, 'fought over by helm'],
    [
      'is several managers',
      {
        rivals: [
          { manager: 'helm', fields: [] },
          { manager: 'me', fields: ['data.a'] },
        ],
      },
      'fought over by helm; me: data.a',
    ],
  ])('that %s', (_, more, expected) => {
    expect(words([0, 1, 2], 2, more)).toBe(expected);
  });

  it('whose name the last repair could not tell: the one before could', () => {
    const memory = repairedAt([0, 1], { rivals });
    rememberWritten(memory, repair, row(), 2);
    expect(fightsOf(memory, 2).get(id)).toBe('fought over by kubectl-edit: data.value, data.other');
  });
});
