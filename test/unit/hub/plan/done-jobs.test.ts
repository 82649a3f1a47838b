import { describe, expect, it } from 'vitest';
import type { TakenBack } from '../../../../hub/model/delivery.ts';
import { withoutDoneJobs } from '../../../../hub/plan/done-jobs.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

const format = formats.revision.at(2);
const again: TakenBack = { delivery: 'default/web#1', hadIt: true };

const asked = {
  type: 'analysis' as const,
  checks: [{ name: 'a', job: 'batch/Job/default/mig', timeoutSeconds: 5 }],
};

/** `web:1 mig:1` = a Deployment and a Job, each of the first content; `asked` = steps ask that Job. */
function app(text: string): BundleApp {
  const isAsked = text.endsWith(' asked');
  const objects = text
    .replace(' asked', '')
    .split(' ')
    .map((one) => {
      const [name = ''] = one.split(':');
      const kind = name === 'mig' ? 'batch/Job' : 'apps/Deployment';
      return { id: `${kind}/default/${name}` as const, path: name, digest: digestOf(one), bytes: 1 };
    });
  return format.seal({
    ...bundleApp('web'),
    revisions: [{ name: 'web-v1', objects: objects.map(({ id }) => id) }],
    objects,
    ...(isAsked && { delivery: { number: 1, attempt: 1, action: 'run', steps: [asked] } }),
  });
}

function result(wanted: string, before: string | null, back: TakenBack | null, from: string | null = null) {
  const bundled = before === null ? [] : [{ ...app(before), ...(from !== null && { from: contentOf(app(from)) }) }];
  const record = enrolledCluster('a');
  const bundle = published('a', []);
  const state = stateOf([record], [{ ...bundle, revision: { ...bundle.revision, apps: bundled } }]);
  const takenBack = new Map(back === null ? [] : [['default/web', back]]);
  const entry = { app: app(wanted), files: new Map<string, Uint8Array>() };
  return { entry, next: withoutDoneJobs({ state, record, takenBack, format })(entry) };
}

describe('what a cluster had before', () => {
  it.each<[string, string, string | null, TakenBack | null, string | null, string]>([
    ['2.36 comes back without a Job that is gone', 'web:1 mig:1', 'web:2', again, null, 'web:1'],
    ['comes back with the Job that is there, as it is', 'web:1 mig:1', 'web:2 mig:2', again, null, 'web:1 mig:2'],
    [
      'has its own Job still, while steps lead away from it',
      'web:1 mig:1',
      'web:2 mig:2',
      again,
      'web:1 mig:1',
      'web:1 mig:1',
    ],
    ['comes back without a Job that steps asked', 'web:1 mig:1', 'web:2 mig:2 asked', again, 'web:1 mig:1', 'web:1'],
    ['comes back whole without Jobs', 'web:1', 'web:2', again, null, 'web:1'],
    ['runs its Jobs where nothing was before', 'web:1 mig:1', null, again, null, 'web:1 mig:1'],
    ['runs its Jobs where it never had them', 'web:1 mig:1', 'web:2', { ...again, hadIt: false }, null, 'web:1 mig:1'],
    ['runs its Jobs without a delivery', 'web:1 mig:1', 'web:2', null, null, 'web:1 mig:1'],
  ])('%s', (_, wanted, before, back, from, expected) => {
    const { entry, next } = result(wanted, before, back, from);
    expect(next.app.digest).toBe(app(expected).digest);
    expect(next.app.objects.map(({ id }) => id)).toEqual(app(expected).objects.map(({ id }) => id));
    if (wanted === expected) expect(next).toBe(entry);
  });
});
