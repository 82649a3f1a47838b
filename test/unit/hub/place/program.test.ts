import { describe, expect, it } from 'vitest';
import { applicationWith, delivered } from '../../../fixtures/hub/delivery.ts';
import { targets } from '../../../fixtures/hub/placing.ts';

const topology = (properties: string, name = 't'): string =>
  `  - { name: ${name}, type: topology, properties: ${properties} }\n`;
const app = (...policies: string[]): string => applicationWith(`policies:\n${policies.join('')}`);
const placements = (text: string, facts = {}): readonly string[] => delivered(text, targets, facts).placements;
const lines = (text: string, facts = {}): readonly string[] =>
  delivered(text, targets, facts).problems.map(
    ({ code, message, hint, place }) => `${code} ${place?.line}:${place?.column} ${message}; ${hint}`,
  );

describe('an Application with a topology', () => {
  it.each<[rule: string, text: string, placements: string[]]>([
    [
      'goes to the clusters that it names',
      app(topology('{ clusters: [eu-2, test] }')),
      ['eu-2/default', 'test/default'],
    ],
    [
      'goes to the clusters with the labels',
      app(topology('{ clusterLabelSelector: { usage: prod } }')),
      ['eu-1/default', 'eu-2/default'],
    ],
    ['goes to no cluster for an empty selector', app(topology('{ clusterLabelSelector: {}, allowEmpty: true }')), []],
    ['goes to the namespace', app(topology('{ clusters: [test], namespace: x }')), ['test/x']],
    [
      'goes to two namespaces of one cluster',
      app(topology('{ clusters: [test], namespace: x }'), topology('{ clusters: [test] }', 'u')),
      ['test/x', 'test/default'],
    ],
    ['goes to the local cluster without a place', app('  - { type: override }\n'), ['eu-1/default']],
    [
      'goes to every cluster of a label that only sites set',
      app(topology('{ clusterLabelSelector: { site.sluice.dev/hall: a } }')),
      ['eu-1/default', 'eu-2/default', 'test/default'],
    ],
  ])('%s', (_, text, expected) => {
    expect(placements(text, { local: 'eu-1' })).toEqual(expected);
    expect(lines(text, { local: 'eu-1' })).toEqual([]);
  });

  it('says in its unit where it goes, and what it is there', () => {
    const text = app(topology('{ clusters: [test], namespace: x }'), '  - { name: o, type: override }\n');
    expect(delivered(text, targets).placed.assignments).toEqual([
      {
        unit: 'default/app@x',
        revision: 'app-v1',
        cluster: 'test',
        target: 'x',
        policies: ['o'],
        selector: {},
        notes: [],
      },
    ]);
  });

  it('has its agents check the labels', () => {
    const selector = (labels: string) =>
      delivered(app(topology(`{ clusterLabelSelector: ${labels} }`)), targets).placed.assignments[0]?.selector;
    expect(selector('{ usage: test, site.sluice.dev/hall: a }')).toEqual({
      usage: 'test',
      'site.sluice.dev/hall': 'a',
    });
  });

  it.each<[rule: string, text: string, words: RegExp[]]>([
    [
      'that names a cluster that is not there',
      app(topology('{ clusters: [eu-1, tset] }')),
      [/^REFERENCE_NOT_FOUND 8:\d+ there is no cluster tset; did you mean test\?/],
    ],
    [
      'whose labels no cluster has',
      app(topology('{ clusterLabelSelector: { usage: pord } }')),
      [/^PLACEMENT_EMPTY 8:\d+ no cluster has usage=pord; nearest: eu-1/],
    ],
    [
      'that means a local cluster where there is none',
      app(topology('{}')),
      [/^LOCAL_CLUSTER_UNSET 8:\d+ .*none is configured/],
    ],
    [
      'that calls a cluster local where there is none',
      app(topology('{ clusters: [local] }')),
      [/^REFERENCE_NOT_FOUND 8:\d+ there is no cluster local/],
    ],
  ])('is told %s', (_, text, words) => {
    expect(lines(text)).toEqual(words.map((line) => expect.stringMatching(line) as string));
  });

  it('is told once of a policy that several steps name', () => {
    const steps =
      '{ steps: [{ type: deploy, properties: { policies: [t] } }, { type: deploy, properties: { policies: [t] } }] }';
    const text = applicationWith(`policies:\n${topology('{ clusters: [tset] }')}workflow: ${steps}\n`);
    expect(lines(text, { isUnchecked: true })).toHaveLength(1);
  });

  it('waits for a local cluster that has not joined', () => {
    expect(lines(app(topology('{}')), { local: 'away' })).toEqual([
      expect.stringMatching(/^PLACEMENT_EMPTY 8:\d+ .*local cluster away, which has not joined/),
    ]);
  });

  it('stays where it runs while it names a cluster that is not there, and goes on elsewhere', () => {
    const text = app(topology('{ clusters: [eu-1, tset] }'));
    const previous = [
      { unit: 'default/app', cluster: 'eu-1' },
      { unit: 'default/app@x', cluster: 'eu-1' },
      { unit: 'default/app@x', cluster: 'test' },
      { unit: 'default/other', cluster: 'eu-2' },
    ];
    const { placed, placements: now } = delivered(text, targets, { previous });
    expect(now).toEqual(['eu-1/default']);
    expect(placed.holds.map(({ app: held, cluster, by }) => `${held} ${cluster} ${by}`)).toEqual([
      'default/app@x eu-1 placement',
      'default/app@x test placement',
    ]);
    const mended = delivered(text.replace('tset', 'eu-2'), targets, { previous });
    expect(mended.placed.holds).toEqual([]);
  });

  it('is held where two steps deliver different content to one cluster', () => {
    const override =
      '  - { name: o, type: override, properties: { components: [{ name: web, properties: { image: b } }] } }\n';
    const step = (name: string, policies: string): string =>
      `    - { name: ${name}, type: deploy, properties: { policies: ${policies} } }\n`;
    const text = applicationWith(
      `policies:\n${topology('{ clusters: [test] }')}${override}workflow:\n  steps:\n${step('a', '[t]')}${step('b', '[t, o]')}`,
    );
    const { placed, problems } = delivered(text, targets, { isUnchecked: true });
    expect(placed.assignments).toEqual([]);
    expect(placed.holds).toMatchObject([{ app: 'default/app', cluster: null, by: 'placement' }]);
    expect(problems).toMatchObject([
      {
        code: 'DELIVERY_CONFLICT',
        message: 'the steps a and b deliver different content to test',
        place: { line: 13 },
      },
    ]);
  });
});
