import { describe, expect, it } from 'vitest';
import { freezeFleet, unfreezeFleet } from '../../../../hub/operations/freeze.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { now, stateOf } from '../../../fixtures/hub/status.ts';

const { signal } = new AbortController();
const later = new Date(now + 60_000).toISOString();
const scene = () => memoryHub(stateOf([]), now);

describe('a freeze of all deliveries', () => {
  it('is stored with who said so, and a pass follows', async () => {
    const { parts, state, passes, commits } = await scene();
    const frozen = { reason: 'the holidays', by: 'ann', at: new Date(now).toISOString(), until: later };
    expect(await freezeFleet(parts, { reason: 'the holidays', by: 'ann', until: later }, signal, null)).toEqual({
      frozen,
    });
    expect(state().freeze).toEqual(frozen);
    expect([commits, passes]).toEqual([['freeze'], ['approval']]);
  });

  it('is kept under the name of the token', async () => {
    const { parts, state } = await scene();
    await freezeFleet(parts, { reason: 'the holidays', by: 'ann', until: null }, signal, 'ci');
    expect(state().freeze?.by).toBe('ci (ann)');
  });

  it('ends by a decision, which is refused where nothing is frozen', async () => {
    const { parts, state } = await scene();
    await freezeFleet(parts, { reason: 'the holidays', by: 'ann', until: null }, signal, null);
    expect(await unfreezeFleet(parts, { by: 'ann' }, signal, null)).toEqual({ frozen: null });
    expect(state().freeze).toBeNull();
    await expect(unfreezeFleet(parts, { by: 'ann' }, signal, null)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('does not begin with an end that is over', async () => {
    const { parts, commits } = await scene();
    const until = new Date(now).toISOString();
    await expect(freezeFleet(parts, { reason: 'late', by: 'ann', until }, signal, null)).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(commits).toEqual([]);
  });
});
