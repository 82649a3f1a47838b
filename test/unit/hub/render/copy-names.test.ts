import { describe, expect, it } from 'vitest';
import { policies } from '../../../../hub/policies/types/list.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';
import { numberOfContent } from '../../../../hub/render/copy-names.ts';
import { componentSources } from '../../../../hub/sources/list.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';

const shift = '{ type: rollout-promotion }';
/** An Application with a service, a worker, and a set; `steps` lead to it where there are some. */
const app = (image: string, steps: string | null, { worker = 'w', more = '' } = {}): string => `
kind: Application
metadata: { name: app }
spec:
  components:
    - { name: web, type: webservice, properties: { image: ${image} } }
    - { name: back, type: worker, properties: { image: ${worker} }${more} }
    - { name: db, type: statefulset, properties: { image: ${image} } }
  policies: [{ type: topology, properties: { clusters: [c1] } }]
${steps === null ? '' : `  workflow: { steps: [${steps}] }`}
`;

/** What the copies of each revision are called, in the order in which the documents came. */
function namesOf(docs: readonly string[], serving?: (app: string) => string | null): (object | undefined)[] {
  let history = emptyHistory;
  return docs.map((doc) => {
    history = recordRevisions(history, fleetOf(doc), serving === undefined ? {} : { serving });
    const newest = history.newest.get('default/app');
    return history.revisions.get('default/app')!.find(({ name }) => name === newest)!.copies;
  });
}

describe('the names of copies', () => {
  it.each<[string, string[], (object | undefined)[]]>([
    ['without steps all have the names of their components', [app('a', null), app('b', null)], [undefined, undefined]],
    ['a first one has the name of its component', [app('a', shift)], [undefined]],
    [
      'what carries traffic is a new copy where steps lead to it, by the number of its content',
      [app('a', null), app('b', null), app('c', shift)],
      [undefined, undefined, { web: 'web-v3' }],
    ],
    [
      'what does not change keeps its name, and what carries no traffic is updated in place',
      [app('a', null), app('b', shift), app('b', shift, { worker: 'x' })],
      [undefined, { web: 'web-v2' }, { web: 'web-v2' }],
    ],
    [
      'but for the trait that says that it rolls out',
      [app('a', null), app('a', null, { worker: 'x', more: ', traits: [{ type: rollout }]' })],
      [undefined, { back: 'back-v2' }],
    ],
    [
      '2.14 a change of mode renames nothing',
      [app('a', null), app('a', shift), app('b', shift), app('b', null)],
      [undefined, undefined, { web: 'web-v2' }, { web: 'web-v2' }],
    ],
    [
      'without steps, other content takes the place of what serves',
      [app('a', null), app('b', shift), app('c', null)],
      [undefined, { web: 'web-v2' }, { web: 'web-v2' }],
    ],
    [
      'and never gives its name to another content again',
      [app('a', null), app('b', shift), app('c', null), app('d', shift)],
      [undefined, { web: 'web-v2' }, { web: 'web-v2' }, { web: 'web-v4' }],
    ],
    [
      'the same content has the same name again',
      [app('a', null), app('b', shift), app('a', shift)],
      [undefined, { web: 'web-v2' }, undefined],
    ],
  ])('%s', (_, docs, expected) => {
    expect(namesOf(docs)).toEqual(expected);
  });

  it('follow from what serves, not from what came last', () => {
    const docs = [app('a', null), app('b', shift), app('c', null)];
    expect(namesOf(docs, () => 'app-v1')).toEqual([undefined, { web: 'web-v2' }, undefined]);
  });

  it('2.15 count the contents of a component, not those of its application', () => {
    const fleets = [app('a', null), app('a', null, { worker: 'x' }), app('b', null)].map((doc) => fleetOf(doc));
    const history = fleets.reduce((before, fleet) => recordRevisions(before, fleet), emptyHistory);
    const records = history.revisions.get('default/app')!;
    const types = { policies, sources: componentSources };
    const numbers = (component: string) => records.map((one) => numberOfContent(records, one, component, types));
    expect([numbers('web'), numbers('back'), numbers('none')]).toEqual([
      [1, 1, 2],
      [1, 2, 1],
      [0, 0, 0],
    ]);
  });
});
