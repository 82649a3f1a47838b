import { describe, expect, it } from 'vitest';
import type { NextBundle } from '../../../../hub/model/bundle.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import { abandonedChanges } from '../../../../hub/plan/abandoned.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
import { bundleApp, enrolledCluster, published, reportOf, settledApp, stateOf } from '../../../fixtures/hub/status.ts';

const revisions = [{ name: 'web-v4', objects: [] }];
const deployed = bundleApp('site', { revisions: [{ name: 'web-v1', objects: [] }, ...revisions] });
const plain = bundleApp('web', { revisions });
const open: Partial<ReportApp> = { applied: null, phase: 'blocked', message: 'web-v4 did not become ready in 600 s' };

/** What happened: the application that ran, what its agent says of it, what comes, and what has a document. */
interface Story {
  readonly ran?: typeof plain;
  readonly said?: Partial<ReportApp> | null;
  readonly comes?: readonly (typeof plain)[] | null;
  readonly placed?: readonly string[];
  readonly documents?: readonly string[];
  readonly before?: readonly Problem[];
}

function warnings({
  ran = deployed,
  said = open,
  comes = [plain],
  placed = ['web'],
  documents = ['web'],
  before = [],
}: Story) {
  const bundle = published('a', [ran]);
  const state = stateOf([enrolledCluster('a')], [bundle], { problems: [...before] });
  const report = reportOf(bundle, said === null ? [] : [settledApp(ran, said)]);
  const next = comes === null ? [] : [{ ...published('a', [...comes]), files: new Map() } as unknown as NextBundle];
  const assignments = placed.map((name) => ({ unit: `default/${name}`, revision: 'web-v4', cluster: 'a' }));
  const placement = {
    assignments,
    documents: new Set(documents.map((name) => `default/${name}`)),
    lostByLabels: new Set<string>(),
  };
  return abandonedChanges({ state, placement, reports: new Map([['a', { report }]]), judged: () => undefined }, next);
}

describe('a deployment that is removed in the middle of a change', () => {
  it('is told at what takes its place, with what to do', () => {
    expect(warnings({})).toEqual([
      {
        code: 'CHANGE_ABANDONED',
        severity: 'warning',
        message:
          'default/site was removed from a before its change was done (web-v4 did not become ready in 600 s): web-v4 takes its place, ready or not',
        hint: 'bring the document of default/site back to have what served again, or wait until web-v4 is healthy',
        app: 'default/web',
        cluster: 'a',
      },
    ]);
  });

  it.each<[rule: string, said: Partial<ReportApp>]>([
    ['revisions that are added and not ready', { health: 'Progressing' }],
    ['what is broken and stays', { health: 'Degraded' }],
    ['a change that is not applied in full', { applied: null }],
  ])('is told of %s', (_, said) => expect(warnings({ said })).toHaveLength(1));

  it.each<[rule: string, story: Story]>([
    ['is not where its change was done', { said: {} }],
    ['is not where nothing is known of it', { said: null }],
    ['is not where its document is there', { documents: ['site'] }],
    ['is not while it is kept', { comes: [deployed] }],
    ['is not where no bundle comes', { comes: null }],
    ['is not where its application goes, too', { placed: [] }],
    ['is not where another deployment takes over: that makes before it breaks', { placed: ['other'] }],
  ])('%s', (_, story) => expect(warnings(story)).toEqual([]));

  const [told] = warnings({});
  it.each<[rule: string, story: Story, stays: boolean]>([
    ['stays told while what took its place is not healthy', { said: { applied: null } }, true],
    ['stays told while its agent says nothing of that', { said: null }, true],
    ['is told no more once that is applied and healthy', { said: {} }, false],
    ['stays told while that is applied, and not healthy', { said: { health: 'Degraded' } }, true],
    ['is told no more when that goes, too', { said: null, placed: ['site'] }, false],
  ])('%s', (_, story, stays) => {
    expect(warnings({ ran: plain, comes: null, before: [told!], ...story })).toEqual(stays ? [told] : []);
  });
});
