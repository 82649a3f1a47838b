import { describe, expect, it } from 'vitest';
import { planText } from '../../../../hub/cli/plan-output.ts';
import type { ChangePlan } from '../../../../hub/operations/plan.ts';

const nothing: ChangePlan = {
  base: null,
  unfinished: [],
  clusters: 3,
  groups: [],
  held: [],
  deliveries: [],
  guards: [],
  problems: [],
};
const path = 'spec.template.spec.containers[0].image';
const plan: ChangePlan = {
  ...nothing,
  groups: [
    {
      clusters: ['a', 'b'],
      changes: [
        {
          ...{ app: 'default/web', id: 'apps/Deployment/default/web', how: 'update', restarts: true, risk: null },
          fields: [
            { path, from: '"a:1"', to: '"a:2"' },
            ...[1, 2, 3, 4].map((n) => ({ path: `x${n}`, from: null, to: '1' })),
          ],
        },
      ],
    },
  ],
  deliveries: [{ app: 'default/web', steps: [{ name: 'ask', type: 'suspend', waves: [] }] }],
};

describe('the text of a plan', () => {
  it('has clusters, fields and steps, and no section that is empty', () => {
    expect(planText(plan, 80)).toBe(
      [
        '2 of 3 clusters change',
        'compared with nothing: there is no state before',
        '',
        '2 clusters (a, b):',
        '  ~ Deployment default/web (pods are replaced)',
        `      ${path}: "a:1" -> "a:2"`,
        '      x1: set to 1',
        '      x2: set to 1',
        '      x3: set to 1',
        '      and 1 field more',
        '',
        'how it goes:',
        '  web: step ask waits to be resumed',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<ChangePlan>, string]>([
    ['nothing', {}, 'compared with nothing: there is no state before'],
    ['the documents of a commit', { base: '1a2b3c4d5e6f7a8b' }, 'compared with what is wanted by commit 1a2b3c4d5e6f'],
    [
      'documents that are not everywhere yet',
      { base: '1a2b3c4d5e6f7a8b', unfinished: [{ name: 'web#2', phase: 'running' }] },
      'compared with what is wanted by commit 1a2b3c4d5e6f; clusters that web#2 (running) has not reached, or that went back, have what was stable before',
    ],
  ])('says that it compares with %s', (_, facts, line) => {
    expect(planText({ ...nothing, ...facts }, 200)).toBe(`nothing changes\n${line}\n`);
  });
});
