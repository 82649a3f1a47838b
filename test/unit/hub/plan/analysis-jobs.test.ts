import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../hub/model/agent-steps.ts';
import type { RenderedApp, RenderedObject } from '../../../../hub/model/rendered.ts';
import { withJobs, type JobPlace } from '../../../../hub/plan/analysis-jobs.ts';
import { stepping } from '../../../../hub/plan/stepped.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { parseObjectId } from '../../../../shared/model/object.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

/** `smoke-v1 of smoke in shop-v1`, `check`: a Job of a component and a revision, or a Job alone. */
function job(text: string): RenderedObject {
  const [, name = '', component = 'raw', revision] = /^(\S+)(?: of (\S+))?(?: in (\S+))?$/.exec(text) ?? [];
  const metadata = { name, namespace: 'default', labels: { 'app.oam.dev/component': component } };
  return {
    id: `batch/Job/default/${name}`,
    object: { apiVersion: 'batch/v1', kind: 'Job', metadata },
    ...(revision !== undefined && { revision }),
  };
}

const rollout = (name: string): Rollout => ({
  steps: [{ type: 'pause' }, { type: 'analysis', checks: [{ name: 'a', job: name, timeoutSeconds: 5 }] }],
  isPaused: false,
});

/** The name of the object that a name means, by the Jobs of the application, of which some serve; or why there is none. */
function found(name: string, jobs: readonly string[], serving: readonly string[] = []): string {
  const known = new Map(jobs.map((text) => [text, job(text)]));
  const objects = serving.map((text) => ({ id: job(text).id, path: 'a', digest: 'sha256:a' as const }));
  const place: JobPlace = {
    rendered: {
      ...{ namespace: 'default', name: 'shop', cluster: 'eu', revisions: ['shop-v1', 'shop-v2', 'shop-v3'] },
      objects: [...known.values()],
    },
    previous: bundleApp('shop', { objects }),
  };
  const next = withJobs(rollout(name), place);
  if ('by' in next) return `${next.by}: ${next.reason}`;
  const [, asked] = next.steps;
  const checks = asked?.type === 'analysis' ? asked.checks : [];
  return checks.map((check) => ('job' in check ? parseObjectId(check.job).name : '-')).join();
}

describe('the Job of a name, in a cluster', () => {
  it.each<[string, string, readonly string[], readonly string[], string]>([
    ['of a component', 'smoke', ['shop-smoke of smoke', 'other'], [], 'shop-smoke'],
    ['by its own name', 'check', ['shop-smoke of smoke', 'check'], [], 'check'],
    ['of a component before one by its name', 'smoke', ['smoke', 'shop-smoke of smoke'], [], 'shop-smoke'],
    ['of the revision that comes', 'smoke', ['a of smoke in shop-v3', 'b of smoke in shop-v2'], ['a'], 'b'],
    ['of the last one where both come', 'smoke', ['a of smoke in shop-v1', 'b of smoke in shop-v2'], [], 'b'],
    ['that serves, where it is updated in place', 'smoke', ['a of smoke'], ['a'], 'a'],
    [
      'of a component that has two, both of them',
      'smoke',
      ['a of smoke in shop-v2', 'b of smoke in shop-v2', 'c of smoke in shop-v1'],
      ['a'],
      'a,b',
    ],
    [
      'that there is not',
      'smoke',
      ['a of other'],
      [],
      'render: the steps of default/shop ask the Job smoke, and it has no Job of that name on eu',
    ],
  ])('%s', (_, name, jobs, serving, expected) => {
    expect(found(name, jobs, serving)).toBe(expected);
  });

  it('is not looked for where none is asked', () => {
    const rendered = { namespace: 'default', name: 'shop', cluster: 'eu', revisions: [], objects: [] };
    const other = { steps: [{ type: 'pause' as const }], isPaused: false };
    expect(withJobs(other, { rendered, previous: bundleApp('shop') })).toBe(other);
  });

  it.each<[string, string, number, string]>([
    ['is what the steps of its bundle name', 'smoke', 2, 'batch/Job/default/web-smoke'],
    ['holds the application where there is none', 'smok', 2, 'render'],
    ['holds none that stays at its revision', 'smok', 1, ''],
    ['holds none whose revision goes without steps, because it is another content of it', 'smok', 1.5, ''],
  ])('%s', (_, name, number, expected) => {
    const record = enrolledCluster('a');
    const bundle = published('a', []);
    const content = (n: number) =>
      bundleApp('web', {
        digest: digestOf(`web:${n}`),
        revisions: [{ name: `web-v${Math.floor(n)}`, objects: [] }],
        objects: [{ id: 'batch/Job/default/web-smoke', path: 'a', digest: digestOf(`job:${n}`), bytes: 1 }],
      });
    const state = stateOf([record], [{ ...bundle, revision: { ...bundle.revision, apps: [content(1)] } }]);
    const directives = new Map([['default/web', { number: 2, attempt: 1, action: 'run' as const }]]);
    const step = stepping({ state, record, report: null, sizes: () => new Map(), directives });
    const rendered = {
      ...{ namespace: 'default', name: 'web', cluster: 'a', revisions: ['web-v2'] },
      rollout: rollout(name),
    };
    const next = step(content(number), { ...rendered, objects: [job('web-smoke of smoke')] } as unknown as RenderedApp);
    const [, asked] = 'by' in next ? [] : (next.delivery?.steps ?? []);
    const found = asked?.type === 'analysis' ? asked.checks.map((check) => ('job' in check ? check.job : '-')) : [];
    expect('by' in next ? next.by : found.join()).toBe(expected);
  });
});
