import { describe, expect, it } from 'vitest';
import { formerOf, place, type Found, type Placing } from '../../../../hub/deliver/places.ts';
import type { Wanted } from '../../../../hub/deliver/wanted.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import { deploymentDocument } from '../../../fixtures/hub/facts.ts';

const own: Assignment = { unit: 'default/web', revision: 'web-v2', cluster: 'a', selector: {}, notes: [] };
const second: Assignment = { ...own, revision: 'web-v3' };
const before: Assignment = { ...own, revision: 'web-v1' };
const stay: Wanted = { kind: 'stay', reason: 'not reached' };
const content: Wanted = { kind: 'content', content: 'web-v1', reason: 'went back' };
const part: Wanted = { kind: 'part', components: ['db'], former: 'web-v1', reason: '' };

function placed(wanted: Wanted | null, former: readonly Assignment[] = [before], facts: Partial<Placing> = {}) {
  const found: Found = { holds: [], instead: new Map(), directives: new Map(), takenBack: new Map(), parts: new Map() };
  const places = [own, second];
  const there = place(found, { places, former: () => former, withObjects: (made) => made, wanted, ...facts });
  return { there, holds: found.holds.map(({ reason }) => reason), instead: [...found.instead.values()] };
}

describe('what is wanted of a unit, in the place of what documents say', () => {
  it.each<[string, ReturnType<typeof placed>, ReturnType<typeof placed>]>([
    ['is that where nothing else is', placed(null), { there: null, holds: [], instead: [] }],
    ['is what was published', placed(stay), { there: stay, holds: ['not reached'], instead: [] }],
    ['is an earlier content, once', placed(content), { there: content, holds: [], instead: [[before], []] }],
    [
      'is what was published where the earlier one is not known, and no steps go on',
      placed(content, []),
      { there: { kind: 'stay', reason: 'went back', isBack: true }, holds: ['went back'], instead: [] },
    ],
    [
      'is a part of it beside what was before',
      placed(part),
      {
        there: part,
        holds: [],
        instead: [
          [
            { ...before, without: ['db'] },
            { ...own, components: ['db'] },
          ],
          [],
        ],
      },
    ],
    [
      'is that with the objects of steps',
      placed(null, [], { withObjects: ([one]) => (one === undefined ? [] : [{ ...one, objects: [] }]) }),
      { there: null, holds: [], instead: [[{ ...own, objects: [] }], []] },
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});

describe('an earlier content on a cluster', () => {
  const record = deliveryOf('default/web', 1);
  const sourced = (doc: ReturnType<typeof deploymentDocument>) => {
    const at = { path: '', line: 1, column: 1 };
    return { doc, commit: 'c', place: at, locate: () => at };
  };
  const one = deploymentDocument({}, 'web-v1');
  const two = { ...one, spec: { appRevisions: [...one.spec.appRevisions, ...one.spec.appRevisions] } };

  it.each<[string, Parameters<typeof formerOf>[2], readonly Assignment[], readonly string[]]>([
    ['is as its own document places it', null, [before, { ...before, revision: 'web-v0' }], ['web-v1', 'web-v0']],
    ['is its revision where its document does not name the cluster', null, [], ['web-v9']],
    ['is the one revision of a kept document', () => sourced(one), [], ['web-v1']],
    ['is nothing of several', () => sourced(two), [], []],
    ['is nothing where no document is kept', () => undefined, [], []],
  ])('%s', (_, documentOf, places, expected) => {
    const former = formerOf({ placedAs: () => places }, record, documentOf);
    expect(former(own, 'web-v9').map(({ revision }) => revision)).toEqual(expected);
  });
});
