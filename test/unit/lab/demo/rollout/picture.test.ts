import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../../hub/api/rollouts.ts';
import type { StatusRow } from '../../../../../hub/api/status.ts';
import { clusterLine, clusterWords, deliveryLines, type ClusterFacts } from '../../../../lab/demo/rollout/picture.ts';
import { documentOf, images, times } from '../../../../lab/demo/rollout/story.ts';
import { cut, openScreen, widthOf } from '../../../../lab/demo/screen.ts';
import { parseYaml } from '../../../../../shared/lib/yaml.ts';

const screenOf = (columns: number) => openScreen({ columns, write: () => true }, {}, () => 0);
const counts = { total: 12, done: 2, inFlight: 0, waiting: 8, failed: 0, absent: 1, held: 1 };
const wave = { ...counts, name: 'canary', phase: 'passed', total: 2, asks: false, waits: '', todo: null };
const rollout: Rollout = {
  ...{
    app: 'default/shop',
    name: 'shop#2',
    content: 'shop-v2',
    stable: 'shop-v1',
    next: null,
    phase: 'running',
    attempt: 1,
  },
  ...{
    startedAt: '',
    endedAt: null,
    reason: '',
    asks: [],
    todo: null,
    counts,
    waits: 'all/fleet waits for an approval',
  },
  ...{ failed: [], back: [], inSteps: [], absent: [{ unit: 'edge-2', reason: 'no report in time' }] },
  held: [{ unit: 'eu-3', reason: 'stocktaking' }],
  steps: [{ name: 'all', type: 'deploy', phase: 'running', message: '', steps: [], waves: [wave] }],
};

function factsOf(name: string, version: 'v1' | 'v2' | 'v3', more: Partial<ClusterFacts> = {}): ClusterFacts {
  const row = { applied: true, health: 'Healthy', message: '', revisions: [{ name: `shop-${version}` }] };
  return {
    name,
    sight: { image: images[version], ready: 3, old: 0, desired: 3 },
    row: row as unknown as StatusRow,
    rollout,
    isCut: false,
    ...more,
  };
}

const failing = { image: images.v3, ready: 0, old: 3, desired: 3 };
const back = { ...rollout, back: [{ unit: 'canary-1', reason: 'Degraded after 10s' }] };

describe('a line of the demo of rollouts', () => {
  it.each<[what: string, facts: ClusterFacts, words: string]>([
    ['done', factsOf('canary-1', 'v2'), 'runs v2; \u2713 done'],
    ['before its turn', factsOf('us-1', 'v1'), 'runs v1; its turn has not come'],
    ['away', factsOf('edge-2', 'v1', { isCut: true }), 'runs v1; away: no report in time'],
    ['on hold', factsOf('eu-3', 'v1'), 'runs v1; on hold: stocktaking'],
    ['back', factsOf('canary-1', 'v2', { rollout: back }), 'runs v2; back: Degraded after 10s'],
    ['with nothing', factsOf('us-1', 'v1', { row: undefined }), 'runs v1; -'],
  ])('says of a cluster that is %s so', (_, facts, words) => {
    expect(clusterWords(facts)).toBe(words);
    for (const columns of [80, 140]) {
      const line = cut(clusterLine(screenOf(columns), facts), columns);
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(line).not.toContain('\u2026');
    }
  });

  it('tells ready pods of before from those of the image', () => {
    expect(clusterLine(screenOf(80), factsOf('canary-1', 'v3', { sight: failing }))).toContain(
      '\u25cb\u25cb\u25cb 0/3 +3 old',
    );
  });

  it('says of the delivery how far it is, each wave, and what it waits for', () => {
    expect(deliveryLines(screenOf(80), rollout)).toEqual([
      '  shop#2  running  2 of 12 clusters done, 1 away, 1 on hold',
      '    wave canary  passed, 2 of 2 done',
      '    all/fleet waits for an approval',
    ]);
  });
});

describe('the documents of the demo of rollouts', () => {
  it('have a rollout from the second version on', () => {
    expect(documentOf('v1', times)).not.toContain('rollout');
    expect(documentOf('v2', times)).toContain('type: rollout');
    for (const version of ['v1', 'v2', 'v3'] as const) {
      expect(parseYaml(documentOf(version, times), 'shop.yaml')).toHaveLength(1);
    }
  });
});
