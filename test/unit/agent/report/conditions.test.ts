import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../agent/model/outcome.ts';
import { conditionsOf, type ConditionsInput } from '../../../../agent/report/conditions.ts';
import { idleOutcome } from '../../../../agent/report/outcome.ts';
import type { Code } from '../../../../shared/errors.ts';
import { noon } from '../../../fixtures/agent/bundle.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { quietConditions } from '../../../fixtures/agent/report.ts';

const bundle = testBundle({ generation: 2, apps: [] });
const leaving = { ...bundle, revision: { ...bundle.revision, decommission: 'orphan' as const } };
const settled: Outcome = {
  ...idleOutcome(0, new Map()),
  bundle,
  isSettled: true,
  mode: { mayChange: true, stopDeletes: null, hold: null },
};
const two = ['/ConfigMap/default/a', '/ConfigMap/default/b'];

/** `TYPE reason: message`, with `not` before a condition that is False. */
function words(outcome: Partial<Outcome>, change: Partial<ConditionsInput> = {}): string[] {
  const all = conditionsOf({ ...quietConditions, outcome: { ...settled, ...outcome }, ...change });
  return all.map(({ type, status, reason, message }) => {
    const told = `${status === 'True' ? '' : 'not '}${type} ${reason}`;
    return message === '' ? told : `${told}: ${message}`;
  });
}

describe('the conditions of a site', () => {
  it.each<[rule: string, outcome: Partial<Outcome>, change: Partial<ConditionsInput>, words: readonly string[]]>([
    ['is ready when it is settled', {}, {}, ['Ready Settled']],
    ['is not while work is left', { isSettled: false }, {}, ['not Ready Working']],
    [
      'has a bundle that is not fresh',
      {},
      { isFresh: false },
      ['Ready Settled', 'Stale NotFresh: not fresh: the last good state is kept'],
    ],
    [
      'has no bundle yet: nothing is stale',
      { bundle: null, isSettled: false },
      { isFresh: false },
      ['not Ready Working'],
    ],
    [
      'is held by its site',
      { mode: { ...settled.mode, hold: 'held by ops' } },
      {},
      ['Ready Settled', 'Held Site: held by ops'],
    ],
    [
      'is not the recorded cluster',
      { isRestored: true },
      {},
      ['Ready Settled', 'Restored ClusterChanged: not the recorded cluster: nothing is deleted'],
    ],
    [
      'has objects that were not retired',
      { unexplained: two },
      {},
      ['Ready Settled', 'Unexplained NotRetired: 2 objects are kept'],
    ],
    [
      'has left, and keeps what it had: that is meant',
      { bundle: leaving, unexplained: two },
      {},
      ['Ready Settled: the cluster was told to leave: 2 objects stay as they are'],
    ],
    ['has left, and has nothing', { bundle: leaving }, {}, ['Ready Settled']],
    [
      'has deletions that wait for the limit',
      { isLimited: true, limitText: '10 in 24 h' },
      {},
      ['Ready Settled', 'DeleteLimited Limit: 10 in 24 h'],
    ],
    ['cannot go on', {}, { agentFault: 'its state is damaged' }, ['not Ready AgentFault: its state is damaged']],
    [
      'cannot go on while it is held: the hold is not why',
      { mode: { ...settled.mode, hold: 'its state is damaged' } },
      { agentFault: 'its state is damaged' },
      ['not Ready AgentFault: its state is damaged'],
    ],
  ])('one that %s', (_, outcome, change, expected) => {
    expect(words(outcome, change)).toEqual(expected);
  });

  it.each<[code: Code, type: string]>([
    ['UNAVAILABLE', 'Unreachable'],
    ['TIMEOUT', 'Unreachable'],
    ['FORBIDDEN', 'Unreachable'],
    ['UNAUTHENTICATED', 'Unreachable'],
    ['SOURCE_EMPTY', 'Unreachable'],
    ['FORK_DETECTED', 'Forked'],
    ['CLOCK_SKEW', 'ClockSkew'],
    ['SIGNATURE_INVALID', 'Unverified'],
    ['ROLLED_BACK', 'Unverified'],
    ['INTERNAL', 'Unverified'],
  ])('of a channel fault %s: %s, and not ready', (code, type) => {
    expect(words({}, { channelFault: { code, message: 'm' } })).toEqual(['not Ready Working: m', `${type} ${code}: m`]);
  });

  it('say that a bundle is from the future, and why, once', () => {
    const ahead =
      'ClockSkew BundleAhead: the bundle was signed at 2026-06-01T11:00:00Z, more than an hour ahead of the clock here';
    const early = { ...bundle, revision: { ...bundle.revision, issuedAt: '2026-06-01T11:00:00Z' } };
    expect(words({ bundle: early }, { isAhead: true })).toContain(ahead);
    const channelFault = {
      code: 'CLOCK_SKEW',
      message: 'the clock of this agent is hours behind that of the hub',
    } as const;
    expect(
      words({ bundle: early }, { isAhead: true, channelFault }).filter((word) => word.startsWith('ClockSkew')),
    ).toEqual([`ClockSkew CLOCK_SKEW: ${channelFault.message}`]);
  });

  it('say once that it is stale', () => {
    const channelFault = { code: 'STALE', message: 'too old' } as const;
    expect(words({}, { channelFault, isFresh: false })).toEqual(['not Ready Working: too old', 'Stale STALE: too old']);
  });

  it('have the words of a channel fault rather than those of a cluster that leaves', () => {
    const channelFault = { code: 'UNAVAILABLE', message: 'down' } as const;
    const [ready] = words({ bundle: leaving, unexplained: two }, { channelFault });
    expect(ready).toBe('not Ready Working: down');
  });
});

describe('a condition stands since', () => {
  const before = noon - 60_000;
  const sinceOf = (since: ConditionsInput['since']) =>
    conditionsOf({ ...quietConditions, outcome: settled, since })[0]?.since;

  it.each<[rule: string, since: ConditionsInput['since'], at: number]>([
    ['now, the first time', new Map(), noon],
    ['before, while its status stays', new Map([['Ready', { status: 'True', at: before }]]), before],
    ['now, where its status changed', new Map([['Ready', { status: 'False', at: before }]]), noon],
    ['now, where only another is known', new Map([['Held', { status: 'True', at: before }]]), noon],
  ])('%s', (_, since, at) => {
    expect(sinceOf(since)).toBe(new Date(at).toISOString());
  });
});
