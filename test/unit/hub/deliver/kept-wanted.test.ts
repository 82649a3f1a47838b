import { describe, expect, it } from 'vitest';
import { wantedNow, type KeptWanted } from '../../../../hub/deliver/kept-wanted.ts';
import { wantedOf, type WantedInput } from '../../../../hub/deliver/wanted.ts';
import type { AppDelivery, Delivery } from '../../../../hub/model/delivery.ts';
import { deliveryOf, deploy, heartbeatMs, program, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const at = new Date(now).toISOString();
const admitted = [{ at, wave: 'all/rest', units: ['a'] }];
const recordOf = (last: Partial<Delivery> = {}): AppDelivery => ({
  ...deliveryOf('default/web', 2, { content: 'web-v2', phase: 'running', startedAt: at, admitted, ...last }),
  stable: 'web-v1',
});
const units = [unit('a', 'web-v2'), unit('b', 'web-v1'), unit('c', 'web-v1')];
const record = recordOf();
const base: WantedInput = {
  units,
  content: 'web-v2',
  program: program([deploy('all', null, { maxConcurrent: 1 })]),
  localCluster: null,
  listening: { now, since: now - 3_600_000, heartbeatMs },
};

describe('what units are to have', () => {
  it('is the very same answer where a report changes nothing of it', () => {
    const kept: { wanted: KeptWanted | null } = { wanted: null };
    const first = wantedNow(kept, record, base, undefined);
    const reported = [units[0]!, { ...units[1]!, report: reportOf({ message: 'later' }) }, units[2]!];
    expect(wantedNow(kept, record, { ...base, units: reported }, undefined)).toBe(first);
    expect(first).toEqual(wantedOf(record, base));
  });

  const stepping = { content: 'web-v2', digest: 'digest of web-v2', generation: 8 };
  it.each<[what: string, to: AppDelivery, input: Partial<WantedInput>, given?: Parameters<typeof wantedNow>[3]]>([
    ['another one is given it', recordOf({ admitted: [...admitted, { ...admitted[0]!, units: ['b'] }] }), {}],
    ['one goes back', recordOf({ back: { a: { why: 'failed', at, reason: 'why' } } }), {}],
    ['all goes back', recordOf({ phase: 'rolled-back' }), {}],
    ['it was aborted', recordOf({ phase: 'aborted' }), {}],
    ['it failed', recordOf({ phase: 'failed' }), {}],
    ['it has ended well', recordOf({ phase: 'succeeded' }), {}],
    ['it was reverted', { ...recordOf({ phase: 'reverted' }), apart: ['b'] }, {}],
    ['newer content waits', record, { content: 'web-v3' }],
    ['a cluster lost what it had', record, { units: [units[0]!, unit('b', null), units[2]!] }],
    ['two of them did', record, { units: [units[0]!, unit('b', null), unit('c', null)] }],
    [
      'one is told to go through steps',
      record,
      {
        units: [
          units[0]!,
          { ...units[1]!, published: { ...stepping, delivery: { number: 1, attempt: 1, hasSteps: true } } },
          units[2]!,
        ],
      },
    ],
    ['a cluster joined', record, { units: [...units, unit('d', null)] }],
    ['components come one after the other', record, {}, { units: new Map([['a', ['web']]]), objects: '' }],
  ])('is that of now where %s', (_, to, input, given) => {
    const kept: { wanted: KeptWanted | null } = { wanted: null };
    const before = wantedNow(kept, record, base, undefined);
    const next = { ...base, ...input };
    expect(wantedNow(kept, to, next, given)).toEqual(wantedOf(to, next, given));
    expect(wantedNow(kept, to, next, given)).toEqual(wantedOf(to, next, given));
    expect(wantedNow(kept, record, base, undefined)).toEqual(before);
  });

  it('follows a unit that goes back in one of many that had it', () => {
    const kept: { wanted: KeptWanted | null } = { wanted: null };
    const back = recordOf({ phase: 'rolled-back' });
    wantedNow(kept, back, base, undefined);
    // It had the content although nothing says that it was given it.
    const next = { ...base, units: [units[0]!, unit('b', 'web-v2'), units[2]!] };
    expect(wantedNow(kept, back, next, undefined)).toEqual(wantedOf(back, next));
    expect(wantedNow(kept, back, next, undefined).get('b')).toMatchObject({ kind: 'content', content: 'web-v1' });
  });

  it('leaves one to the documents where nothing was before', () => {
    const kept: { wanted: KeptWanted | null } = { wanted: null };
    const first = { ...recordOf({ phase: 'aborted' }), stable: null };
    expect(wantedNow(kept, first, base, undefined).has('b')).toBe(true);
    const next = { ...base, units: [units[0]!, unit('b', 'web-v2'), units[2]!] };
    expect(wantedNow(kept, first, next, undefined).has('b')).toBe(false);
  });

  it('lets as many join as may, also once others have', () => {
    const kept: { wanted: KeptWanted | null } = { wanted: null };
    const joins = { joinedAt: now + 1 };
    const many = [...units, unit('d', null, joins), unit('e', null, joins)];
    const wanted = wantedNow(kept, record, { ...base, units: many }, undefined);
    expect([wanted.get('d')?.kind, wanted.get('e')?.kind]).toEqual(['content', 'stay']);
    const next = { ...base, units: [...units, unit('d', 'web-v1', joins), unit('e', null, joins)] };
    expect(wantedNow(kept, record, next, undefined)).toEqual(wantedOf(record, next));
    // Once that one has it, there is room for the other.
    const applied = { ...joins, report: reportOf({ applied: null }) };
    const [under, waits] = [unit('d', 'web-v1', applied), unit('e', null, joins)];
    expect(wantedNow(kept, record, { ...base, units: [...units, under, waits] }, undefined).get('e')?.kind).toBe(
      'stay',
    );
    const done = { ...base, units: [...units, unit('d', 'web-v1', joins), waits] };
    expect(wantedNow(kept, record, done, undefined).get('e')?.kind).toBe('content');
  });
});
