import { describe, expect, it } from 'vitest';
import { picksInUse } from '../../../../hub/place/running.ts';
import type { SeenDocument } from '../../../../hub/model/seen-documents.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

const seen = (kind: string, key: string): SeenDocument => ({
  kind,
  key,
  place: { path: 'a.yaml', line: 1, column: 1 },
  value: {},
  missing: null,
});

describe('the picks in use', () => {
  const picks = new Map([
    ['default/here/{"labels":{"usage":"a/b"},"pick":"one"}', ['a']],
    ['default/here/local', ['a']],
    ['default/running/{"pick":"one"}', ['a']],
    ['default/gone/{"pick":"one"}', ['a']],
    ['other/here/local', ['a']],
  ]);
  const state = stateOf([enrolledCluster('a')], [published('a', [bundleApp('running')])]);
  const documents = [seen('ApplicationDeployment', 'default/here'), seen('Application', 'other/here')];

  it('are those of deployments that are there, or whose objects are', () => {
    expect([...picksInUse(picks, documents, state).keys()]).toEqual([
      'default/here/{"labels":{"usage":"a/b"},"pick":"one"}',
      'default/here/local',
      'default/running/{"pick":"one"}',
    ]);
  });

  it('are none of what only a cluster had that is gone', () => {
    expect(picksInUse(picks, [], { ...state, clusters: new Map() }).size).toBe(0);
  });

  it('are none of placements that take all: what is published says where they run', () => {
    const keys = [
      'default/here/{"labels":{"pick":"all"},"pick":"all"}',
      'default/here/{"labels":{"pick":"all"},"pick":2}',
    ];
    const recorded = new Map(keys.map((key) => [key, ['a']]));
    expect([...picksInUse(recorded, documents, state).keys()]).toEqual([keys[1]]);
  });

  it('stay when all of them are', () => {
    const all = [
      ...documents,
      seen('ApplicationDeployment', 'default/gone'),
      seen('ApplicationDeployment', 'other/here'),
    ];
    expect(picksInUse(picks, all, state)).toEqual(picks);
  });
});
