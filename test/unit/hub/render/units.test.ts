import { describe, expect, it } from 'vitest';
import type { Fleet } from '../../../../hub/model/fleet.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { revisionKeys } from '../../../../hub/render/each-revision.ts';
import { locatingUnits, unitsOf, type Located, type UnitsInput } from '../../../../hub/render/units.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
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

  it('have their deployment, and come from the documents in force', () => {
    const [plain, deployed] = unitsOf(input([assigned('app', 'app-v2'), assigned('deploy', 'app-v1')]));
    expect([plain?.deployment, plain?.source]).toEqual([null, null]);
    expect([deployed?.deployment?.doc.metadata.name, deployed?.source, deployed?.name]).toEqual([
      'deploy',
      null,
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

/** The same documents with the next commit, each of them another value all the same. */
const pushed = (fleet: Fleet): Fleet => ({
  ...fleet,
  commit: 'c3',
  applications: fleet.applications.map((one) => ({ ...one, commit: 'c3' })),
  deployments: fleet.deployments.map((one) => ({ ...one, commit: 'c3' })),
});

describe('units with the next push', () => {
  const assignments = [
    ...[assigned('app', 'app-v2'), assigned('app', 'app-v2', 'far'), assigned('app', 'app-v9', 'far')],
    ...[assigned('deploy', 'app-v1'), assigned('deploy', 'app-v2'), assigned('other', 'other-v1', 'far')],
  ];
  const history = historyOf(before, now);
  const first = input(assignments, { history });
  const located = (facts: UnitsInput, known: readonly Located[] = []) =>
    atOnce(locatingUnits(facts, new Map(known.map((one) => [one.key, one]))));
  const [recorded = [], next] = [history.revisions.get('default/app'), pushed(now)];
  const withRecords = (change: Partial<(typeof recorded)[number]>, name: string) => {
    const all = recorded.map((one) => (one.name === name ? { ...one, ...change } : one));
    return { ...history, revisions: new Map([...history.revisions, ['default/app', all]]) };
  };
  type Named = { readonly metadata: { readonly name: string } };
  const changed = <T extends { readonly doc: Named }>(
    all: readonly T[],
    name: string,
    change: (one: T) => Partial<T>,
  ) => all.map((one) => (one.doc.metadata.name === name ? { ...one, ...change(one) } : one));

  it('are the very same where it changes nothing of them, and so are those of a cluster where another one changed', () => {
    const known = located(first);
    const again = located({ ...first, fleet: next, history: { ...history } }, known);
    expect(again.map((one, index) => one === known[index])).toEqual([true, true, true]);
    const moved = located({ ...first, assignments: [...assignments, assigned('app', 'app-v1')], fleet: next }, known);
    const of = (all: readonly Located[], cluster: string) => all[0]?.units.get(cluster);
    expect([of(moved, 'far') === of(known, 'far'), of(moved, 'local') === of(known, 'local')]).toEqual([true, false]);
  });

  it('are looked at on the clusters that offer another thing alone, each at its place', () => {
    const names = Array.from({ length: 200 }, (_, index) => `site-${String(index).padStart(3, '0')}`);
    const targets = names.map((name) => ({ name, labels: {}, capabilities: null }));
    const facts = { ...first, targets, assignments: names.map((name) => assigned('app', 'app-v2', name)) };
    let costs: number[] = [];
    const steps = (given: Partial<UnitsInput>, known: readonly Located[] = []) => {
      const work = locatingUnits({ ...facts, ...given }, new Map(known.map((one) => [one.key, one])));
      costs = [];
      for (let next = work.next(); ; next = work.next()) {
        if (next.done === true) return next.value;
        costs.push(next.value);
      }
    };
    const other = (name: string) => targets.map((one) => (one.name === name ? { ...one, capabilities: {} } : one));
    const whole = steps({});
    expect(costs.length).toBe(200);
    const [one, two] = [other('site-100'), other('site-050')];
    const changed = steps({ targets: one }, whole);
    expect(costs.length).toBe(1);
    expect(changed).toEqual(steps({ targets: one }));
    const kept = steps({ targets: one, assignments: facts.assignments }, changed);
    expect([costs.length, kept[0] === changed[0]]).toEqual([0, true]);
    const both = steps({ targets: two }, changed);
    expect(costs.length).toBe(2);
    expect(both).toEqual(steps({ targets: two }));
    const without = steps({ targets: targets.filter(({ name }) => name !== 'site-007') }, both);
    expect([costs.length, without[0]?.units.size, without[0]?.units.has('site-007')]).toEqual([2, 199, false]);
    const back = steps({}, without);
    expect([...(back[0]?.units.keys() ?? [])]).toEqual(names);
    const [provider, providers] = [`default/app site-003`, 'istio' as const];
    const moved = steps({ currentProviders: new Map([[provider, providers]]) }, back);
    expect(moved[0]?.units.get('site-003')?.unit.target.currentProvider).toBe('istio');
  });

  const ofApp = ['default/app', 'default/deploy'];
  it.each<[what: string, change: () => Partial<UnitsInput>, anew: readonly string[]]>([
    ['a record of it', () => ({ history: withRecords({ number: 7 }, 'app-v2') }), ofApp],
    [
      'a record of a revision that is not the newest',
      () => ({ history: withRecords({ number: 7 }, 'app-v1') }),
      ['default/deploy'],
    ],
    [
      'what is recorded: it was not there before',
      () => {
        const more = { ...recorded[1]!, name: 'app-v9', number: 9 };
        return {
          history: { ...history, revisions: new Map([...history.revisions, ['default/app', [...recorded, more]]]) },
        };
      },
      ['default/app'],
    ],
    [
      'which revision its document says',
      () => ({ history: { ...history, newest: new Map([...history.newest, ['default/app', 'app-v1']]) } }),
      ofApp,
    ],
    [
      'its document',
      () => ({
        fleet: { ...next, applications: changed(next.applications, 'app', ({ doc }) => ({ doc: { ...doc } })) },
      }),
      ofApp,
    ],
    [
      'where its document stands',
      () => ({
        fleet: {
          ...next,
          applications: changed(next.applications, 'other', ({ locate }) => ({ locate: (at) => locate(at) })),
        },
      }),
      ['default/other'],
    ],
    [
      'its deployment',
      () => ({
        fleet: { ...next, deployments: changed(next.deployments, 'deploy', ({ doc }) => ({ doc: { ...doc } })) },
      }),
      ['default/deploy'],
    ],
    [
      'that its document is gone',
      () => ({ fleet: { ...next, applications: [] }, history: { ...history, newest: new Map() } }),
      [...ofApp, 'default/other'],
    ],
    [
      'the commit that its document is of',
      () => ({ fleet: { ...next, deployments: changed(next.deployments, 'deploy', () => ({ commit: 'c1' })) } }),
      ['default/deploy'],
    ],
  ])('are made anew where it changes %s', (_, change, anew) => {
    const known = located(first);
    const facts = { ...first, fleet: next, ...change() };
    const found = located(facts, known);
    expect(found.filter((one) => !known.includes(one)).map(({ key }) => key)).toEqual(anew);
    for (const one of found.filter(({ key }) => anew.includes(key))) {
      const former = known.find(({ key }) => key === one.key)?.units;
      expect([...one.units].filter(([cluster, at]) => former?.get(cluster) === at)).toEqual([]);
    }
    const unitsIn = (all: readonly Located[]) => all.map(({ units }) => units);
    expect(unitsIn(found)).toEqual(unitsIn(located(facts)));
  });
});

describe('what the units of many clusters have in common', () => {
  const [one, two, other] = unitsOf(
    input([assigned('app', 'app-v2', 'far'), assigned('app', 'app-v2'), assigned('other', 'other-v1')]),
  );

  it('is one value: a cluster for all of its units, a variant and the keys of revisions for all clusters', () => {
    expect(other?.target).toBe(two?.target);
    expect(two?.parts[0]?.variant).toBe(one?.parts[0]?.variant);
    expect(revisionKeys(two!)).toBe(revisionKeys(one!));
    expect(revisionKeys(other!)).not.toEqual(revisionKeys(one!));
  });
});
