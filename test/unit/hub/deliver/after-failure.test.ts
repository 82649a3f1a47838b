import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { moment } from '../../../../hub/workflow/outcome.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import { defineStep } from '../../../../hub/workflow/step.ts';
import { decided, deploy, fleet, Play, step, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const quick = { progressDeadline: '2m', maxConcurrent: '100%' } as const;

/** A step that sends something, and has its answer in the pass after; it counts how often it was asked. */
function tell(name: string, condition: string | null, sent: string[], phase: 'succeeded' | 'failed' = 'succeeded') {
  const type = defineStep({
    type: 'tell',
    schema: z.looseObject({}),
    check: () => undefined,
    run: (_, { effectId }) => {
      if (sent.includes(effectId)) return moment(phase, 'told');
      sent.push(effectId);
      return moment('running', '');
    },
  });
  return step(name, type, { condition });
}

/** Conditions of the form `status.NAME.WORD`. */
function play(steps: readonly ProgramStep[], units = fleet('a', 'b', 'c'), content = 'web-v2'): Play {
  const one = new Play(steps, units, content);
  one.world = {
    ...one.world,
    ask: ({ expression, values }) => {
      const [, name = '', word = ''] = /^status\.(\w+)\.(\w+)$/.exec(expression) ?? [];
      const status = values['status'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      return { value: status[name]?.[word] };
    },
  };
  return one;
}
const phasesOf = ({ record }: Play) =>
  Object.fromEntries(Object.entries(record?.last.steps ?? {}).map(([name, { phase }]) => [name, phase]));

/** A delivery to staging that fails there, then production, then steps that tell of it. */
function failing(steps: readonly ProgramStep[], numbers: object = {}): Play {
  const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
  const one = play([deploy('staging', 'staging', { ...quick, ...numbers }), deploy('prod', 'prod'), ...steps], units);
  one.bad.set('s', 'web-v2');
  return one;
}

describe('what runs because a step failed', () => {
  it.each(['always', 'status.staging.failed', 'status.prod.skipped'])(
    'runs with `if: %s` while the delivery is halted, once, and nothing else begins',
    (condition) => {
      const sent: string[] = [];
      const one = failing([tell('tell', condition, sent)]);
      expect(one.run(10 * minute)).toMatchObject({ phase: 'halted', runs: { p: 'web-v1' } });
      expect([sent, phasesOf(one)]).toEqual([['web#1/tell/1'], { staging: 'running', tell: 'succeeded' }]);
    },
  );

  it('runs again in its turn where what was halted goes on by itself, and once more only then', () => {
    const sent: string[] = [];
    const one = failing([
      tell('tell', 'always', sent),
      tell('sad', 'status.staging.failed', sent),
      tell('end', null, sent),
    ]);
    expect(one.run(10 * minute)).toMatchObject({ phase: 'halted' });
    expect(sent).toEqual(['web#1/tell/1', 'web#1/sad/1']);
    one.bad.clear();
    expect(one.run(10 * minute)).toMatchObject({ phase: 'succeeded', runs: { p: 'web-v2' } });
    expect(sent).toEqual(['web#1/tell/1', 'web#1/sad/1', 'web#1/tell/1.2', 'web#1/end/1']);
    expect(phasesOf(one)).toMatchObject({ tell: 'succeeded', sad: 'succeeded', end: 'succeeded' });
  });

  it('does not run where its condition does not hold', () => {
    const sent: string[] = [];
    const one = failing([tell('tell', 'status.staging.succeeded', sent), tell('more', null, sent)]);
    one.run(10 * minute);
    expect([sent, phasesOf(one)]).toEqual([[], { staging: 'running' }]);
  });

  it('is left alone where a person paused it', () => {
    const sent: string[] = [];
    const one = failing([tell('tell', 'always', sent)]);
    one.run(minute);
    one.paused = true;
    one.run(10 * minute);
    expect(sent).toEqual([]);
  });

  it.each(['succeeded', 'failed'] as const)(
    'decides nothing: a delivery that goes on by itself goes on where it %s',
    (phase) => {
      const sent: string[] = [];
      const last = tell('done', 'status.prod.succeeded', sent);
      const one = failing([tell('tell', 'status.staging.failed', sent, phase), last]);
      one.run(10 * minute);
      one.bad.clear();
      expect(one.run(10 * minute)).toMatchObject({ phase: 'succeeded', runs: { s: 'web-v2', p: 'web-v2' } });
      expect(phasesOf(one)).toEqual({ staging: 'succeeded', prod: 'succeeded', tell: phase, done: 'succeeded' });
      expect(sent).toEqual(['web#1/tell/1', 'web#1/done/1']);
    },
  );

  it('delivers nothing while it is halted, and what comes after that waits', () => {
    const sent: string[] = [];
    const fallback = { ...deploy('fallback', 'prod'), condition: 'status.staging.failed' };
    const one = failing([fallback, tell('tell', 'always', sent)]);
    one.run(10 * minute);
    expect([sent, phasesOf(one)]).toEqual([[], { staging: 'running' }]);
  });

  it('is told again after a retry', () => {
    const sent: string[] = [];
    const one = failing([tell('tell', 'status.staging.failed', sent)]);
    one.run(10 * minute);
    decided(one, 'retry');
    one.run(10 * minute);
    expect(sent).toEqual(['web#1/tell/1', 'web#1/tell/2']);
  });

  it.each<[string, (one: Play) => void, string]>([
    ['was aborted', (one) => decided(one, 'abort'), 'aborted'],
    ['was taken back by a person', (one) => decided(one, 'rollback'), 'rolled-back'],
  ])('runs once a delivery %s', (_, end, phase) => {
    const sent: string[] = [];
    const steps = [tell('no', 'status.prod.failed', sent), tell('tell', 'status.staging.failed', sent)];
    const one = failing([...steps, { ...deploy('last', 'prod'), condition: 'always' }, tell('never', null, sent)]);
    one.pass();
    end(one);
    expect(one.run(5 * minute)).toMatchObject({ phase, runs: { s: 'web-v1', p: 'web-v1' } });
    const skipped = { prod: 'skipped', no: 'skipped', last: 'skipped', never: 'skipped' };
    expect(phasesOf(one)).toEqual({ staging: 'failed', tell: 'succeeded', ...skipped });
    expect(one.record?.last.steps['staging']?.message).toMatch(/^by ann/);
    expect(sent).toEqual(['web#1/tell/1']);
    expect(one.last?.effects).toEqual([]);
  });

  it('runs once a delivery goes back by itself, in the same pass', () => {
    const sent: string[] = [];
    const one = failing([tell('tell', 'status.staging.failed', sent)], { onFailure: 'rollback' });
    expect(one.run(10 * minute)).toMatchObject({ phase: 'rolled-back', runs: { s: 'web-v1', p: 'web-v1' } });
    expect(phasesOf(one)).toEqual({ staging: 'failed', prod: 'skipped', tell: 'succeeded' });
    expect(sent).toEqual(['web#1/tell/1']);
  });

  it('runs in a group, and a step that suspends is passed over once it has ended', () => {
    const sent: string[] = [];
    const inside = [suspend('ask'), tell('tell', 'always', sent)];
    const one = failing([{ ...step('group', suspend('x').type, { steps: inside }), condition: 'always' }]);
    one.pass();
    decided(one, 'abort');
    one.run(5 * minute);
    expect(phasesOf(one)).toMatchObject({ group: 'succeeded', ask: 'skipped', tell: 'succeeded' });
  });

  it('lets a delivery that was ended before it knew this be', () => {
    const sent: string[] = [];
    const one = failing([tell('tell', 'always', sent)]);
    one.pass();
    decided(one, 'abort');
    const { isClosing, ...last } = one.record?.last ?? ({} as never);
    expect(isClosing).toBe(true);
    if (one.record !== undefined) one.record = { ...one.record, last };
    one.run(5 * minute);
    expect(sent).toEqual([]);
  });
});

describe('above the budget', () => {
  it('2.29 nothing new starts in any step, also where what ended well before has failed since', () => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const one = play([deploy('staging', 'staging', quick), suspend('ask'), deploy('prod', 'prod')], units);
    one.run(2 * minute);
    expect(phasesOf(one)).toEqual({ staging: 'succeeded', ask: 'suspending' });
    one.bad.set('s', 'web-v2');
    one.run(5 * minute);
    decided(one, 'approve');
    expect(one.run(5 * minute)).toMatchObject({ phase: 'halted', runs: { p: 'web-v1' } });
    one.bad.clear();
    expect(one.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { p: 'web-v2' } });
  });
});
