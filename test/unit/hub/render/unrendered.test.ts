import { expect, it } from 'vitest';
import type { Problem } from '../../../../hub/model/source.ts';
import { unrenderedRevisions } from '../../../../hub/render/unrendered.ts';
import { bundleApp, published } from '../../../fixtures/hub/status.ts';

const problem = (revision?: string): Problem => ({
  severity: 'error',
  code: 'RENDER_FAILED',
  message: 'm',
  ...(revision !== undefined && { revision }),
});

it('revisions that never rendered are those with a problem that no cluster was sent', () => {
  const app = bundleApp('web');
  const [sent] = app.revisions.map(({ name }) => `${app.namespace}/${name}`);
  const problems = [
    problem(sent),
    problem('default/web-v9'),
    problem('other/web-v1'),
    problem(),
    problem('default/web-v9'),
  ];
  const [cluster, bundle] = ['a', published('a', [app])];
  expect(sent).toBeDefined();
  expect([...unrenderedRevisions({ bundles: new Map([[cluster, bundle]]), problems })]).toEqual([
    'default/web-v9',
    'other/web-v1',
  ]);
  expect([...unrenderedRevisions({ bundles: new Map(), problems })]).toContain(sent);
});
