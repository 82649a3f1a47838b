import { describe, expect, it } from 'vitest';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { unitsOf, type UnitsInput } from '../../../../hub/render/units.ts';
import { fleetOf, targetsOf } from '../../../fixtures/hub/fleet.ts';
import { app, deployment, local, on, web } from '../../../fixtures/hub/manifests.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const before = fleetOf(app(web('one')), { commit: 'c1' });
const far = '---\nkind: Cluster\nmetadata: { name: far }\n';
const now = fleetOf(
  `${app(web('two'))}---${app(web(), 'other')}${deployment(`${on('app-v1')}, ${on('app-v2')}`)}${local}${far}`,
  {
    commit: 'c2',
  },
);
const assigned = (unit: string, revision: string, cluster = 'local'): Assignment => ({
  unit: `default/${unit}`,
  revision,
  cluster,
  selector: {},
  notes: [],
});
const input = (assignments: readonly Assignment[], change: Partial<UnitsInput> = {}): UnitsInput => ({
  fleet: now,
  history: historyOf(before, now),
  targets: targetsOf(now),
  assignments,
  ...change,
});

/** `UNIT on CLUSTER: REVISIONS`, a revision with `!` where it is what the document says. */
const words = (change: UnitsInput) =>
  unitsOf(change).map(({ key, target, parts }) => {
    const revisions = parts.map(({ record, document }) => `${record.name}${document === null ? '' : '!'}`);
    return `${key} on ${target.name}: ${revisions.join(' ')}`;
  });

describe('the units of a fleet', () => {
  it.each<[rule: string, assignments: readonly Assignment[], words: readonly string[]]>([
    ['are none without assignments', [], []],
    [
      'are sorted by key and cluster',
      [assigned('other', 'other-v1', 'local'), assigned('other', 'other-v1', 'far'), assigned('app', 'app-v2')],
      ['default/app on local: app-v2!', 'default/other on far: other-v1!', 'default/other on local: other-v1!'],
    ],
    [
      'have their revisions in the order of the assignments',
      [assigned('deploy', 'app-v2'), assigned('deploy', 'app-v1')],
      ['default/deploy on local: app-v2! app-v1'],
    ],
    [
      'are one for each cluster',
      [assigned('deploy', 'app-v1'), assigned('deploy', 'app-v2', 'far')],
      ['default/deploy on far: app-v2!', 'default/deploy on local: app-v1'],
    ],
    [
      'leave out what was never recorded',
      [assigned('deploy', 'app-v1'), assigned('deploy', 'app-v9')],
      ['default/deploy on local: app-v1'],
    ],
    ['leave out a unit of which nothing was recorded', [assigned('deploy', 'app-v9')], []],
    ['leave out clusters that are not there', [assigned('app', 'app-v2', 'gone')], []],
  ])('%s', (_, assignments, expected) => {
    expect(words(input(assignments))).toEqual(expected);
  });

  it('have their deployment, and the commit that they come from', () => {
    const [plain, deployed] = unitsOf(input([assigned('app', 'app-v2'), assigned('deploy', 'app-v1')]));
    expect([plain?.deployment, plain?.source]).toEqual([null, 'c2']);
    expect([deployed?.deployment?.doc.metadata.name, deployed?.source, deployed?.name]).toEqual([
      'deploy',
      'c2',
      'deploy',
    ]);
  });

  it('have no commit where their documents are gone', () => {
    const gone = { ...now, applications: [], deployments: [] };
    const [unit] = unitsOf(input([assigned('app', 'app-v1')], { fleet: gone }));
    expect([unit?.source, unit?.parts[0]?.document]).toEqual(['', null]);
  });

  it('have the provider of their traffic on that very cluster', () => {
    const currentProviders = new Map([['default/app far', 'istio' as const]]);
    const both = [assigned('app', 'app-v2', 'far'), assigned('app', 'app-v2', 'local')];
    expect(unitsOf(input(both, { currentProviders })).map(({ target }) => target.currentProvider)).toEqual([
      'istio',
      null,
    ]);
    expect(unitsOf(input(both)).map(({ target }) => target.currentProvider)).toEqual([null, null]);
  });

  it('do not mix applications of one name in two namespaces', () => {
    const two = fleetOf(`${app(web())}---${app(web('b')).replace('name: app', 'name: app, namespace: shop')}${local}`);
    const history = historyOf(two);
    const [, shop] = unitsOf({
      ...input([assigned('app', 'app-v1'), { ...assigned('app', 'app-v1'), unit: 'shop/app' }]),
      fleet: two,
      history,
    });
    expect(shop?.parts[0]?.record.app).toBe('shop/app');
  });
});
