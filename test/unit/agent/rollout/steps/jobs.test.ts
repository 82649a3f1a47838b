import { describe, expect, it } from 'vitest';
import { runOf } from '../../../../../agent/model/analysis-run.ts';
import type { Finish, InventoryEntry } from '../../../../../agent/model/inventory.ts';
import type { LiveObject } from '../../../../../agent/model/live.ts';
import { judgeJobs, runsAt, withoutJobs } from '../../../../../agent/rollout/steps/jobs.ts';
import type { DeliveryStep } from '../../../../../shared/wire/revision.ts';

const id = 'batch/Job/default/smoke';
const position = { number: 3, attempt: 2, step: 1, waitedMs: 10_000, totals: {} };
const step: DeliveryStep = { type: 'analysis', checks: [{ name: 'smoke', job: id, timeoutSeconds: 60 }] };
const digest = 'sha256:a' as const;

function entry(more: Partial<InventoryEntry> = {}): InventoryEntry {
  const recorded = { id, apiVersion: 'batch/v1', app: 'default/shop', revision: null, uid: 'u', fieldsHash: 'h' };
  return { ...recorded, nonce: `${runOf(position)}n`, applied: digest, ...more };
}

const ended = (how: Finish['how']) => entry({ finished: { digest, how } });
const seen = (message: string, finish?: LiveObject['finish'], uid = 'u'): LiveObject =>
  ({ id, uid, message, ...(finish !== undefined && { finish }) }) as LiveObject;

/** The verdict on the Job, what it waits for or failed of, and in how many seconds that is looked at again. */
function judged(known: InventoryEntry | null, live: LiveObject | null, waitedMs = 10_000): string {
  const { verdict, unsure, dueAt } = judgeJobs(step, {
    position: { ...position, waitedMs },
    at: 1_000_000,
    inventory: new Map(known === null ? [] : [[id, known]]),
    live: { object: () => live ?? undefined },
  });
  const words = verdict.kind === 'failed' ? verdict.why : (unsure ?? '');
  return `${verdict.kind}: ${words.replace('analysis smoke', '').trim()}${dueAt === null ? '' : ` (${(dueAt - 1_000_000) / 1_000} s)`}`;
}

const former = entry({ nonce: `${runOf({ ...position, attempt: 1 })}n`, finished: { digest, how: 'completed' } });

describe('the Job of an analysis', () => {
  it.each<[string, string, string]>([
    ['that is not made', judged(null, null), 'open: : Job/smoke is not made yet (50 s)'],
    ['of another attempt', judged(former, seen('completed', 'completed')), 'open: : Job/smoke is not made yet (50 s)'],
    ['that runs', judged(entry(), seen('running')), 'open: : Job/smoke: running (50 s)'],
    [
      'that is late',
      judged(entry(), seen('running'), 60_000),
      'open: : Job/smoke has not come to its end in 60 s: running',
    ],
    ['that is complete', judged(entry(), seen('completed', 'completed')), 'passed: '],
    ['that is complete, and late', judged(entry(), seen('completed', 'completed'), 60_000), 'passed: '],
    ['that failed', judged(entry(), seen('too many', 'failed')), 'failed: failed: Job/smoke: too many'],
    ['that is gone after a good end', judged(ended('completed'), null), 'passed: '],
    [
      'that is gone after a bad one',
      judged(ended('failed'), null),
      'failed: failed: Job/smoke failed, and was removed since',
    ],
    [
      'that is gone, and whose end nobody saw',
      judged(ended('unseen'), null),
      'open: : Job/smoke was removed, and its end was not seen: `sluice-hub rollout retry` runs it again (50 s)',
    ],
    ['that is gone before its end', judged(entry(), null), 'open: : Job/smoke: not there yet (50 s)'],
    [
      'in whose place is another one',
      judged(entry(), seen('completed', 'completed', 'other')),
      'open: : Job/smoke: not there yet (50 s)',
    ],
    [
      'that was taken over',
      judged(entry({ adopted: true }), seen('completed', 'completed')),
      'open: : Job/smoke was there before: delete it to have it run (50 s)',
    ],
  ])('%s', (_, result, expected) => {
    expect(result).toBe(expected);
  });

  it('is nothing where the step asks none', () => {
    const facts = { position, at: 0, inventory: new Map(), live: { object: () => undefined } };
    expect(judgeJobs({ type: 'pause' }, facts)).toMatchObject({ verdict: { kind: 'passed' }, unsure: null });
  });

  it('is of a run at its step, and at promotion where another content of it is there', () => {
    const app = {
      delivery: { number: 3, attempt: 2, action: 'run' as const, steps: [{ type: 'pause' as const }, step] },
      objects: [{ id, path: 'a', digest }],
    };
    const runs = (at: number, kind: 'serving' | 'step' | 'whole', known: InventoryEntry | null) => [
      ...runsAt(
        app,
        { kind, position: { ...position, step: at } },
        new Map(known === null ? [] : [[id, known]]),
      ).values(),
    ];
    const other = entry({ applied: 'sha256:b' });
    expect([runs(0, 'step', other), runs(1, 'step', null), runs(1, 'serving', other)]).toEqual([
      [],
      ['analysis-3-2-1-'],
      [],
    ]);
    expect([runs(2, 'whole', null), runs(2, 'whole', entry()), runs(2, 'whole', other)]).toEqual([
      [],
      [],
      ['analysis-3-2-2-'],
    ]);
    expect(runs(2, 'whole', entry({ applied: null, uid: null }))).toEqual([]);
  });

  it('is no part of what serves meanwhile', () => {
    const content = {
      objects: [
        { id, path: 'a', digest },
        { id: '/Service/default/a', path: 'b', digest },
      ],
    };
    const without = withoutJobs(content as unknown as Parameters<typeof withoutJobs>[0], [step], new Map());
    expect(without.objects.map((one) => one.id)).toEqual(['/Service/default/a']);
  });
});
