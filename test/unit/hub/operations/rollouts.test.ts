import { describe, expect, it } from 'vitest';
import { decideRollout, listRollouts, rollouts } from '../../../../hub/operations/rollouts.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { deploy, deliveryOf, Play, suspend, unit } from '../../../fixtures/hub/deliveries.ts';
import { now, stateOf } from '../../../fixtures/hub/status.ts';

const { signal } = new AbortController();

function waiting() {
  const play = new Play([suspend('ask'), deploy('prod', null)], [unit('a', 'web-v1')], 'web-v2');
  play.run();
  const shown = play.last?.progress;
  if (shown == null) throw new Error('nothing runs');
  return new Map([['default/web', shown]]);
}

async function scene() {
  const deliveries = new Map([['default/web', deliveryOf('default/web', 1)]]);
  const hub = await memoryHub(stateOf([], [], { deliveries }), now);
  const progress = waiting();
  return { ...hub, parts: { ...hub.parts, progress: () => progress } };
}

describe('rollouts', () => {
  it.each([
    [undefined, 1],
    ['web', 1],
    ['default/web', 1],
    ['web#1', 1],
    ['api', 0],
  ])('of %s are %i', async (app, count) => {
    const { parts } = await scene();
    expect(listRollouts(parts, { app }).rollouts).toHaveLength(count);
  });

  it('takes a decision on what waits, stores it, and starts a pass', async () => {
    const { parts, state, passes, commits } = await scene();
    const input = { name: 'default/web#1', verdict: 'approve' as const, by: 'ann', reason: 'fine' };
    expect(await decideRollout(parts, input, signal, null)).toEqual({ name: 'web#1', phase: 'running' });
    expect(state().deliveries.get('default/web')?.last.decisions).toEqual([
      { verdict: 'approve', on: 'ask', by: 'ann', reason: 'fine', at: new Date(now).toISOString() },
    ]);
    expect([commits, passes]).toEqual([['rollout approve default/web#1'], ['approval']]);
  });

  it.each([
    [null, 'ann', 'ann'],
    [null, undefined, 'admin'],
    ['ann', undefined, 'ann'],
    ['ann', 'ann', 'ann'],
    ['ci', 'ann', 'ci (ann)'],
  ])('by token %s with --by %s is by %s', async (token, by, who) => {
    const { parts, state } = await scene();
    const input = { name: 'web#1', verdict: 'approve' as const, by, reason: '' };
    await decideRollout(parts, input, signal, token);
    expect(
      state()
        .deliveries.get('default/web')
        ?.last.decisions.map((one) => one.by),
    ).toEqual([who]);
  });

  it('answers, to who knows the version, once there is another one', async () => {
    const { parts } = await scene();
    const { version } = await rollouts(parts, {}, signal);
    let later: string | undefined = 'none yet';
    const asked = rollouts(parts, { known: version }, signal).then((answer) => (later = answer.version));
    expect(later).toBe('none yet');
    parts.changed.raise();
    await asked;
    expect(later).not.toBe(version);
  });

  it('says so where it cannot be known yet what a decision is about, and takes those that end it', async () => {
    const { parts, commits } = await scene();
    const started = { ...parts, progress: () => new Map() };
    for (const [verdict, on] of [
      ['approve', 'ask'],
      ['refuse'],
      ['promote'],
      ['resume'],
      ['retry'],
      ['skip', 'ask'],
    ] as const) {
      const input = { name: 'web#1', verdict, on, by: 'ann', reason: '' };
      await expect(decideRollout(started, input, signal, null)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(commits).toEqual([]);
    for (const verdict of ['pause', 'resume'] as const) {
      await decideRollout(started, { name: 'web#1', verdict, by: 'ann', reason: '' }, signal, null);
    }
    const abort = { name: 'web#1', verdict: 'abort' as const, by: 'ann', reason: '' };
    expect(await decideRollout(started, abort, signal, null)).toMatchObject({ phase: 'aborted' });
  });

  it.each(['skip', 'retry', 'promote'] as const)('refuses to %s a cluster that is not there', async (verdict) => {
    const { parts, commits } = await scene();
    const input = { name: 'web#1', verdict, cluster: 'nowhere', by: 'ann', reason: '' };
    await expect(decideRollout(parts, input, signal, null)).rejects.toThrow('there is no such cluster');
    expect(commits).toEqual([]);
  });

  it.each(['web#2', 'shop/web#1', 'api#1', 'web'])('refuses a decision on %s', async (name) => {
    const { parts, commits } = await scene();
    const input = { name, verdict: 'abort' as const, by: 'ann', reason: '' };
    await expect(decideRollout(parts, input, signal, null)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(commits).toEqual([]);
  });
});
