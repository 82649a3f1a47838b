import { describe, expect, it } from 'vitest';
import { placeWanted, type KeptPlaces } from '../../../../hub/deliver/kept-places.ts';
import type { Found } from '../../../../hub/deliver/places.ts';
import type { Wanted } from '../../../../hub/deliver/wanted.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';

const own = ['a', 'b', 'c'].map((cluster): Assignment => ({
  unit: 'default/web',
  revision: 'web-v2',
  cluster,
  selector: {},
  notes: [],
}));
const former = (one: Assignment, content: string): readonly Assignment[] => [{ ...one, revision: content }];
const stay: Wanted = { kind: 'stay', reason: 'not reached' };
const back: Wanted = { kind: 'content', content: 'web-v1', reason: 'it failed' };

function found(kept: { places: KeptPlaces | null }, wanted: ReadonlyMap<string, Wanted>, of = former) {
  const all: Found = { holds: [], instead: new Map(), directives: new Map(), takenBack: new Map(), parts: new Map() };
  placeWanted(all, kept, { own, wanted, former: of });
  return { holds: all.holds, instead: [...all.instead.values()] };
}

const both: ReadonlyMap<string, Wanted> = new Map<string, Wanted>([
  ['a', stay],
  ['b', back],
]);

describe('the places of an application', () => {
  it('stay where that is wanted, and have the earlier content where it is', () => {
    const { holds, instead } = found({ places: null }, both);
    expect(holds).toEqual([{ app: 'default/web', cluster: 'a', by: 'delivery', reason: 'not reached' }]);
    expect(instead).toEqual([[{ ...own[1], revision: 'web-v1' }]]);
  });

  it('are those of the answer of now, and of the earlier content as it is now', () => {
    const kept = { places: null };
    const first = found(kept, both);
    expect(found(kept, both)).toEqual(first);
    expect(found(kept, both, () => []).holds).toHaveLength(2);
    const other = new Map([['c', stay]]);
    expect(found(kept, other)).toEqual(found({ places: null }, other));
  });
});
