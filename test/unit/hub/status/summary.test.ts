import { describe, expect, it } from 'vitest';
import type { StatusRow } from '../../../../hub/api/status.ts';
import { attentionOf, summariesOf } from '../../../../hub/status/summary.ts';
import type { AppHealth } from '../../../../shared/model/health.ts';

const row = (application: string, cluster: string, health: AppHealth): StatusRow =>
  ({ application: `default/${application}`, cluster, health }) as StatusRow;

const rows = [
  row('api', 'a', 'Healthy'),
  row('api', 'b', 'Healthy'),
  row('job', 'a', 'Progressing'),
  row('web', 'a', 'Degraded'),
  row('web', 'b', 'Stale'),
  row('web', 'c', 'Healthy'),
  row('shop', 'b', 'Progressing'),
  row('shop', 'a', 'Degraded'),
];

describe('the summary of many rows', () => {
  it('has one entry an application, worst first, with what is not healthy by how bad it is', () => {
    expect(
      summariesOf(rows).map(({ application, clusters, healthy, worst, others }) => [
        application.replace('default/', ''),
        clusters,
        healthy,
        worst,
        others,
      ]),
    ).toEqual([
      [
        'shop',
        2,
        0,
        'Degraded',
        [
          ['Degraded', 1],
          ['Progressing', 1],
        ],
      ],
      [
        'web',
        3,
        1,
        'Degraded',
        [
          ['Degraded', 1],
          ['Stale', 1],
        ],
      ],
      ['job', 1, 0, 'Progressing', [['Progressing', 1]]],
      ['api', 2, 2, 'Healthy', []],
    ]);
  });

  it('shows the rows that are not healthy, worst first, and says how many more there are', () => {
    const names = ({ rows: shown, more }: ReturnType<typeof attentionOf>) => [
      ...shown.map(({ application, cluster }) => `${application.replace('default/', '')} ${cluster}`),
      more,
    ];
    expect(names(attentionOf(rows))).toEqual(['shop a', 'web a', 'web b', 'job a', 'shop b', 0]);
    expect(names(attentionOf([...rows].reverse(), 2))).toEqual(['shop a', 'web a', 3]);
    expect(names(attentionOf(rows.slice(0, 2)))).toEqual([0]);
  });
});
