import { describe, expect, it } from 'vitest';
import { membersNow, type KeptMembers, type MembersInput } from '../../../../hub/deliver/kept-members.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import { deploy, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const labels = { env: 'prod', region: 'eu' };
const units = ['a', 'b', 'c', 'd'].map((name) => unit(name, 'web-v1', { labels }));
const waves = [
  { name: 'canary', clusters: { names: ['b'] } },
  { name: 'eu', clusters: { labels: { region: 'eu' }, count: 2 } },
];
const step = deploy('all', 'prod', { waves });
const base: MembersInput = { app: 'default/web', step, units, localCluster: null, begun: {} };

const namesIn = (input: Partial<MembersInput>, kept = new Map<string, KeptMembers>()) =>
  membersNow(kept, { ...base, ...input }).map(({ name, units: own }) => [name, ...own.map(({ key }) => key)]);

const other = (name: string, facts: Partial<DeliveryUnit>) =>
  units.map((one) => (one.key === name ? { ...one, ...facts } : one));

describe('the waves of a step', () => {
  it('are the very same where no unit is another value', () => {
    const kept = new Map<string, KeptMembers>();
    const first = membersNow(kept, base);
    const again = membersNow(kept, { ...base, units: [...units] });
    expect(again.every((wave, index) => wave === first[index])).toBe(true);
  });

  it('have the unit of now where it reported, and the others are the very same', () => {
    const kept = new Map<string, KeptMembers>();
    const first = membersNow(kept, base);
    const changed = other('b', { report: reportOf({ message: 'later' }) });
    const next = membersNow(kept, { ...base, units: changed });
    expect(next[0]?.units).toEqual([changed[1]]);
    expect(next.slice(1).every((wave, index) => wave === first[index + 1])).toBe(true);
    expect(next.map(({ units: own }) => own.length)).toEqual([1, 2, 1]);
  });

  it.each<[what: string, to: Partial<MembersInput>]>([
    ['a cluster has other labels', { units: other('b', { labels: { env: 'test' } }) }],
    ['a cluster is of another wave by its labels', { units: other('c', { labels: { env: 'prod', region: 'us' } }) }],
    ['a unit goes to another namespace', { units: other('b', { target: 'elsewhere' }) }],
    ['another cluster is in its place', { units: [units[0]!, unit('z', null, { labels }), ...units.slice(2)] }],
    ['a cluster joined', { units: [...units, unit('e', null, { labels })] }],
    ['a cluster left', { units: units.slice(1) }],
    ['the step has other waves', { step: deploy('all', 'prod', { waves: waves.slice(1) }) }],
    ['the step goes elsewhere', { step: deploy('all', 'test', { waves }) }],
    ['a share has begun', { begun: { 'all/eu': { startedAt: '', cutoff: Number.MAX_SAFE_INTEGER } } }],
    ['it is another application', { app: 'default/other' }],
  ])('are those of now where %s', (_, to) => {
    const kept = new Map<string, KeptMembers>();
    const before = namesIn({}, kept);
    expect(namesIn(to, kept)).toEqual(namesIn(to));
    expect(namesIn({}, kept)).toEqual(before);
  });

  it('take the local cluster for what it is now', () => {
    const scope: ProgramStep['wants'][number]['scope'] = { has: ({ isLocal }) => isLocal === true, namespace: null };
    const here = deploy('all', null);
    const input = { ...base, step: { ...here, wants: here.wants.map((want) => ({ ...want, scope })) } };
    const kept = new Map<string, KeptMembers>();
    const named = (localCluster: string) =>
      membersNow(kept, { ...input, localCluster }).flatMap(({ units: own }) => own.map(({ key }) => key));
    expect([named('a'), named('b')]).toEqual([['a'], ['b']]);
  });
});
