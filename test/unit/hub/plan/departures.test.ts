import { describe, expect, it } from 'vitest';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import type { HealthVerdict } from '../../../../hub/model/health.ts';
import { departuresFrom } from '../../../../hub/plan/departures.ts';
import { keptApp } from '../../../../hub/plan/kept-app.ts';
import { appDigest } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

/** A fleet in words: where which revisions run, where they are placed now, and what agents say. */
interface Story {
  /** `CLUSTER UNIT: REVISION...` */
  readonly ran: readonly string[];
  /** The same, as placement has it now. */
  readonly placed: readonly string[];
  /** Units with a document in force. */
  readonly documents?: string;
  /** `CLUSTER applied|old Healthy`: the report of its agent on everything that it runs. */
  readonly reports?: readonly string[];
  /** Clusters of which definitions say no. */
  readonly unwell?: string;
  /** A cluster that joined without reports. */
  readonly mute?: string;
  /** Clusters whose labels lost the unit that ran there. */
  readonly lost?: string;
  /** The change that waits on the first cluster already, and what for. */
  readonly waits?: { readonly code: GuardedChange['code']; readonly for?: readonly string[] };
}

function split(text: string): { cluster: string; unit: string; revisions: string[] } {
  const [head = '', revisions = ''] = text.split(': ');
  const [cluster = '', unit = ''] = head.split(' ');
  return { cluster, unit, revisions: revisions.split(' ').filter((name) => name !== '') };
}

function changeOf({ cluster, unit }: ReturnType<typeof split>, waits: Story['waits']): GuardedChange {
  return {
    change: 'sha256:1',
    code: waits?.code ?? 'EMPTY_RENDER',
    cluster,
    app: `default/${unit}`,
    generation: 8,
    ids: [],
    since: '',
    ...(waits?.for !== undefined && { waitsFor: waits.for }),
  };
}

const says: HealthVerdict = {
  ...{ digest: 'sha256:a', unhealthySince: 0, since: 0 },
  checked: [{ component: 'web', health: 'unhealthy', message: '', details: {} }],
};

function departures({
  ran,
  placed,
  documents = 'deploy',
  reports = [],
  unwell,
  mute,
  lost = '',
  waits,
}: Story): string[] {
  const running = ran.map(split);
  const names = [...new Set(['a', 'b', 'c', ...running.map(({ cluster }) => cluster)])];
  const bundles = names.map((cluster) =>
    published(
      cluster,
      running
        .filter((one) => one.cluster === cluster)
        .map(({ unit, revisions }) => bundleApp(unit, { revisions: revisions.map((name) => ({ name, objects: [] })) })),
    ),
  );
  const [first] = running;
  const change = changeOf(first!, waits);
  const state = stateOf(
    names.map((name) => enrolledCluster(name, { reports: name !== mute })),
    bundles,
    { guarded: waits === undefined ? [] : [change] },
  );
  const told = reports.map((text) => {
    const [cluster = '', digest, health] = text.split(' ');
    const bundle = bundles.find((one) => one.cluster === cluster)!;
    const apps = bundle.revision.apps.map((app) =>
      settledApp(app, {
        health: health as 'Healthy',
        ...(digest === 'old' && { applied: bundleApp('older').digest }),
      }),
    );
    return [cluster, { report: reportOf(bundle, apps), receivedAt: now }] as const;
  });
  const input = {
    state,
    reports: new Map(told),
    judged: (_: string, cluster: string) => (cluster === unwell ? says : undefined),
    placement: {
      assignments: placed
        .map(split)
        .flatMap(({ cluster, unit, revisions }) =>
          revisions.map((revision) => ({ unit: `default/${unit}`, revision, cluster })),
        ),
      documents: new Set(documents.split(' ').map((name) => `default/${name}`)),
      lostByLabels: new Set(lost.split(' ').map((cluster) => `default/${first!.unit} ${cluster}`)),
    },
  };
  return names.flatMap((name) =>
    [...departuresFrom(input, enrolledCluster(name))].map(
      ([unit, { code, waitsFor }]) => `${name} ${unit.slice(8)}: ${[code, ...waitsFor].join(' ')}`,
    ),
  );
}

const deploy = 'a deploy: app-v1';

describe('a unit that leaves a cluster', () => {
  it.each<[string, Story, string[]]>([
    ['does not, while it is placed there', { ran: [deploy], placed: [deploy] }, []],
    ['goes when a commit removed its document', { ran: [deploy], placed: [], documents: '' }, []],
    ['stays when nothing is left of it anywhere', { ran: [deploy], placed: [] }, ['a deploy: EMPTY_RENDER']],
    [
      'stays everywhere then',
      { ran: [deploy, 'b deploy: app-v1'], placed: [] },
      ['a deploy: EMPTY_RENDER', 'b deploy: EMPTY_RENDER'],
    ],
    [
      'goes when its document took it off this cluster alone',
      { ran: [deploy, 'b deploy: app-v1'], placed: ['b deploy: app-v1'] },
      [],
    ],
    [
      'stays when labels did',
      { ran: [deploy, 'b deploy: app-v1'], placed: ['b deploy: app-v1'], lost: 'a' },
      ['a deploy: EMPTY_RENDER'],
    ],
    [
      'still stays when the bundle has the new labels',
      { ran: [deploy, 'b deploy: app-v1'], placed: ['b deploy: app-v1'], waits: { code: 'EMPTY_RENDER' } },
      ['a deploy: EMPTY_RENDER'],
    ],
    [
      'stays until another unit that brings its application there is published',
      { ran: ['a app: app-v1'], placed: ['a deploy: app-v1'], documents: 'app deploy' },
      ['a app: MOVE_UNFINISHED a'],
    ],
    [
      'stays until that is healthy',
      {
        ran: ['a app: app-v1', 'a deploy: app-v1'],
        placed: ['a deploy: app-v1'],
        documents: 'app deploy',
        reports: ['a applied Progressing'],
      },
      ['a app: MOVE_UNFINISHED a'],
    ],
    [
      'goes when that is healthy',
      {
        ran: ['a app: app-v1', 'a deploy: app-v1'],
        placed: ['a deploy: app-v1'],
        documents: 'app deploy',
        reports: ['a applied Healthy'],
      },
      [],
    ],
    [
      'goes when that is published, where nothing is reported',
      {
        ran: ['a app: app-v1', 'a deploy: app-v1'],
        placed: ['a deploy: app-v1'],
        documents: 'app deploy',
        mute: 'a',
      },
      [],
    ],
    [
      'stays until all of several units that bring it are published',
      {
        ran: ['a app: app-v1', 'a deploy: app-v1'],
        placed: ['a other: app-v1', 'a deploy: app-v1'],
        documents: 'app deploy other',
        mute: 'a',
      },
      ['a app: MOVE_UNFINISHED a'],
    ],
    [
      'stays when its application only records revisions from now on',
      { ran: ['a app: app-v1'], placed: [], documents: 'app' },
      ['a app: EMPTY_RENDER'],
    ],
  ])('%s', (_, story, expected) => {
    expect(departures(story)).toEqual(expected);
  });
});

describe('a unit that moves', () => {
  const moved = { ran: [deploy, 'b deploy: app-v1'], placed: ['b deploy: app-v1'], lost: 'a' };
  const waits = { code: 'MOVE_UNFINISHED', for: ['b'] } as const;
  it.each<[string, Story, string[]]>([
    [
      'stays until the other cluster has it',
      { ran: [deploy], placed: ['b deploy: app-v1'] },
      ['a deploy: MOVE_UNFINISHED b'],
    ],
    ['stays while its agent says nothing', { ...moved, waits }, ['a deploy: MOVE_UNFINISHED b']],
    [
      'stays while it is not healthy',
      { ...moved, waits, reports: ['b applied Progressing'] },
      ['a deploy: MOVE_UNFINISHED b'],
    ],
    [
      'stays while something older is healthy',
      { ...moved, waits, reports: ['b old Healthy'] },
      ['a deploy: MOVE_UNFINISHED b'],
    ],
    ['goes when it is healthy there', { ...moved, waits, reports: ['b applied Healthy'] }, []],
    [
      'stays while its definitions say no there',
      { ...moved, waits, reports: ['b applied Healthy'], unwell: 'b' },
      ['a deploy: MOVE_UNFINISHED b'],
    ],
    [
      'goes when its definitions say no elsewhere',
      { ...moved, waits, reports: ['b applied Healthy'], unwell: 'c' },
      [],
    ],
    [
      'stays until all clusters that gained it have it',
      {
        ran: [deploy, 'b deploy: app-v1'],
        placed: ['b deploy: app-v1', 'c deploy: app-v1'],
        waits,
        reports: ['b applied Healthy'],
      },
      ['a deploy: MOVE_UNFINISHED b c'],
    ],
    [
      'does not wait for a cluster that had it before',
      {
        ran: [deploy, 'b deploy: app-v1', 'c deploy: app-v1'],
        placed: ['b deploy: app-v1', 'c deploy: app-v1'],
        waits: { code: 'MOVE_UNFINISHED', for: ['c'] },
        reports: ['c applied Healthy'],
      },
      [],
    ],
    [
      'waits for nothing where it is placed no more',
      { ran: [deploy, 'b deploy: app-v1'], placed: ['c deploy: app-v1'], waits, reports: ['b applied Healthy'] },
      ['a deploy: MOVE_UNFINISHED c', 'b deploy: MOVE_UNFINISHED c'],
    ],
    [
      'by another document stays, too',
      { ran: ['a app: app-v1'], placed: ['b deploy: app-v2'], documents: 'app deploy' },
      ['a app: MOVE_UNFINISHED b'],
    ],
    [
      'under another name stays, too, whose document is gone',
      { ran: [deploy], placed: ['b other: app-v1'], documents: 'other' },
      ['a deploy: MOVE_UNFINISHED b'],
    ],
  ])('%s', (_, story, expected) => {
    expect(departures(story)).toEqual(expected);
  });
});

describe('an application that stays', () => {
  const app = bundleApp('web', { selector: { usage: 'prod', zone: 'a', 'site.sluice.dev/shop': '7' } });
  it('is skipped by no agent for labels that its cluster lost', () => {
    const kept = keptApp(app, { zone: 'a' }, formats.revision.at(1));
    expect(kept).toEqual({ ...app, selector: { zone: 'a', 'site.sluice.dev/shop': '7' }, digest: kept.digest });
    expect(kept.digest).toBe(appDigest(kept));
  });

  it('is the very same where all labels are there', () => {
    expect(keptApp(app, { usage: 'prod', zone: 'a', more: 'x' }, formats.revision.at(1))).toBe(app);
  });

  it.each<[rule: string, asked: NonNullable<typeof app.observe>, observe: unknown]>([
    ['an object that it has', [{ id: 'x', fields: ['/b'] }], [{ id: 'x', fields: ['/a', '/b'] }]],
    ['what is told already', [{ id: 'x', fields: ['/a'] }], [{ id: 'x', fields: ['/a'] }]],
    ['an object that it does not have', [{ id: 'z', fields: ['/b'] }], [{ id: 'x', fields: ['/a'] }]],
  ])('is asked for fields of %s', (_, asked, observe) => {
    const objects = [{ id: 'x', path: 'x.yaml', digest: 'sha256:x' as const, bytes: 1 }];
    const kept = { ...app, objects, observe: [{ id: 'x', fields: ['/a'] }] };
    const labels = { usage: 'prod', zone: 'a' };
    expect(keptApp(kept, labels, formats.revision.at(2), asked)).toEqual({ ...kept, observe });
    expect(keptApp(kept, labels, formats.revision.at(1), asked)).toBe(kept);
  });
});
