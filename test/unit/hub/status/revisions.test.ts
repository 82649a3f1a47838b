import { describe, expect, it } from 'vitest';
import { revisionLists, revisionTable } from '../../../../hub/status/revisions.ts';
import type { RevisionRecord } from '../../../../hub/model/fleet.ts';
import { bundleApp, enrolledCluster, now, published, stateOf } from '../../../fixtures/hub/status.ts';

function record(
  app: string,
  number: number,
  image: string,
  facts: Partial<Omit<RevisionRecord, 'at'>> & { readonly at?: null } = {},
): RevisionRecord {
  const name = app.slice(app.indexOf('/') + 1);
  const { at, ...rest } = { at: '2026-03-01T11:00:00.000Z' as string | null, ...facts };
  return {
    app,
    number,
    name: `${name}-v${number}`,
    specDigest: 'd',
    commit: 'abcdef0123456789',
    ...(at === null ? {} : { at }),
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name },
      spec: { components: [{ name: 'web', type: 'webservice', properties: { image } }] },
    },
    definitions: {},
    files: {},
    ...rest,
  };
}

const revisions = {
  revisions: new Map([
    ['default/shop', [record('default/shop', 1, 'shop:1'), record('default/shop', 2, 'shop:2')]],
    [
      'team/raw',
      [record('team/raw', 1, '', { files: { 'a.yaml': 'spec:\n  - image: "raw:1"\n' }, commit: '', at: null })],
    ],
  ]),
  newest: new Map([
    ['default/shop', 'shop-v2'],
    ['team/raw', 'raw-v1'],
  ]),
};
const bundle = published('prod', [bundleApp('shop', { revisions: [{ name: 'shop-v1', objects: [] }] })]);
const state = stateOf([enrolledCluster('prod')], [bundle], { revisions });

describe('the revisions of applications', () => {
  it('have number, commit, time, images, and where they run', () => {
    expect(revisionLists(state, 'shop')).toEqual([
      {
        application: 'default/shop',
        revisions: [
          {
            name: 'shop-v1',
            number: 1,
            commit: 'abcdef0123456789',
            recordedAt: '2026-03-01T11:00:00.000Z',
            images: ['shop:1'],
            isNewest: false,
            clusters: ['prod'],
          },
          expect.objectContaining({ name: 'shop-v2', images: ['shop:2'], isNewest: true, clusters: [] }),
        ],
      },
    ]);
  });

  it('are found by a bare name, by one with its namespace, and all together', () => {
    const names = (app?: string) => revisionLists(state, app).map(({ application }) => application);
    expect([names('raw'), names('team/raw'), names('other/raw'), names()]).toEqual([
      ['team/raw'],
      ['team/raw'],
      [],
      ['default/shop', 'team/raw'],
    ]);
  });

  it('make a table', () => {
    expect(revisionTable({ applications: revisionLists(state) }, { now, columns: 120 }).split('\n')).toEqual([
      'APPLICATION  REVISION          COMMIT        AGE  IMAGES  RUNS ON',
      'shop         shop-v1           abcdef012345  60m  shop:1  prod',
      'shop         shop-v2 (newest)  abcdef012345  60m  shop:2  nowhere',
      'team/raw     raw-v1 (newest)   -             -    raw:1   nowhere',
      '',
    ]);
    expect(revisionTable({ applications: [] }, { now, columns: 80 })).toBe('no revision is recorded yet\n');
  });
});
