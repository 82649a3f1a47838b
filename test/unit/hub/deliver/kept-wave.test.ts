import { describe, expect, it } from 'vitest';
import { standingInWave, type KeptWave } from '../../../../hub/deliver/kept-wave.ts';
import type { Wave } from '../../../../hub/deliver/members.ts';
import { settingsOf } from '../../../../hub/deliver/numbers.ts';
import type { WavesInput } from '../../../../hub/deliver/standing.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import type { Delivery } from '../../../../hub/model/delivery.ts';
import type { RolloutNumbers } from '../../../../hub/model/rollout.ts';
import { deliveryOf, heartbeatMs, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const minute = 60_000;
const at = new Date(now).toISOString();
// One that is given the content, one that is not, and one that falls silent first.
const units = [
  unit('a', 'web-v2', { report: reportOf({ applied: null, health: 'Progressing' }) }),
  unit('b', 'web-v1'),
  unit('c', 'web-v1', { report: reportOf({ receivedAt: now - minute }) }),
];

interface Facts {
  readonly units?: readonly DeliveryUnit[];
  readonly delivery?: Partial<Delivery>;
  readonly listening?: Partial<WavesInput['listening']>;
  readonly rollout?: RolloutNumbers;
  readonly goal?: number;
  readonly given?: WavesInput['given'];
}

const admitted = [{ at, wave: 'all/rest', units: ['a'] }];
const base: Partial<Delivery> = {
  ...{ content: 'web-v2', phase: 'running', startedAt: at, admitted },
  waves: { 'all/rest': { startedAt: at } },
};
const delivery = deliveryOf('default/web', 1, base).last;

function given({ units: own = units, ...facts }: Facts): [Omit<WavesInput, 'waves'>, Wave] {
  const { rollout = { soak: '1m' } } = facts;
  const input: Omit<WavesInput, 'waves'> = {
    app: 'default/web',
    name: 'web#1',
    step: { name: 'all', rollout },
    parallelism: null,
    delivery: { ...delivery, ...facts.delivery },
    listening: { now, since: now - 60 * minute, heartbeatMs, ...facts.listening },
    stopped: null,
    approved: [],
    window: () => ({ isOpen: true, until: null }),
    given: facts.given,
    goal: facts.goal ?? null,
  };
  const settings = settingsOf(rollout, null);
  return [input, { name: 'rest', key: 'all/rest', settings, isNamed: false, units: own, cutoff: null }];
}

const statesOf = (facts: Facts, kept = new Map<string, KeptWave>()) =>
  standingInWave(kept, ...given(facts)).units.map(({ unit: { key }, standing: { state } }) => `${key} ${state}`);

describe('where the units of a wave stand', () => {
  it('is told', () => {
    expect(statesOf({})).toEqual(['a admitted', 'b waiting', 'c waiting']);
    expect(standingInWave(new Map(), ...given({})).silentAt).toBe(now + 2 * minute + 1);
  });

  it('is the very same list where nothing changed', () => {
    const kept = new Map<string, KeptWave>();
    const first = standingInWave(kept, ...given({}));
    expect(standingInWave(kept, ...given({ listening: { now: now + minute } })).units).toBe(first.units);
  });

  const other = (name: string, facts: Partial<DeliveryUnit>) =>
    units.map((one) => (one.key === name ? { ...one, ...facts } : one));
  it.each<[what: string, to: Facts, changed: readonly string[]]>([
    ['one is done', { units: other('a', { report: reportOf({ applied: 'digest of web-v2' }) }) }, ['a done']],
    ['one is held', { units: other('b', { hold: 'why' }) }, ['b held']],
    ['the one that falls silent first reports', { units: other('c', { report: reportOf() }) }, []],
    ['the first one falls silent', { listening: { now: now + 2 * minute + 1 } }, ['c absent']],
    ['its time is over', { listening: { now: now + 20 * minute } }, ['a failed', 'b absent', 'c absent']],
    ['the hub listens anew', { listening: { since: now } }, []],
    [
      'another one is given it',
      { delivery: { admitted: [...admitted, { ...admitted[0]!, units: ['b'] }] } },
      ['b admitted'],
    ],
    ['one is given it no more', { delivery: { admitted: [] } }, ['a waiting']],
    [
      'one is given it anew',
      { delivery: { admitted: [{ ...admitted[0]!, at: new Date(now + minute).toISOString() }] } },
      [],
    ],
    ['one goes back', { delivery: { back: { a: { why: 'failed', at, reason: 'why' } } } }, ['a failed']],
    ['it is another content', { delivery: { content: 'web-v3' } }, []],
    [
      'one is left out',
      { delivery: { decisions: [{ verdict: 'skip', cluster: 'b', by: 'ann', at, reason: '' }] } },
      [],
    ],
    ['one has left', { units: units.slice(1) }, []],
    ['one is there in the place of another', { units: [units[0]!, unit('d', null), units[2]!] }, ['d waiting']],
    ['steps count', { goal: 1 }, []],
    ['components are given one after the other', { given: { units: new Map(), objects: '' } }, []],
  ])('is that of now where %s', (_, to, changed) => {
    const kept = new Map<string, KeptWave>();
    standingInWave(kept, ...given({}));
    const next = standingInWave(kept, ...given(to));
    const anew = standingInWave(new Map(), ...given({ ...to, units: structuredClone(to.units ?? units) }));
    expect({ units: next.units, silentAt: next.silentAt }).toEqual({ units: anew.units, silentAt: anew.silentAt });
    expect(statesOf(to, kept)).toEqual(expect.arrayContaining([...changed]));
    // And it is kept from there on.
    expect(standingInWave(kept, ...given({})).units).toEqual(standingInWave(new Map(), ...given({})).units);
  });
});
