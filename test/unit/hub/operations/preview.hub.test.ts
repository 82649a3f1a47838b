import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundlePage, clusterPage, documentPage, hubFacts, recordPage } from '../../../../hub/api/facts.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { ReceivedReports } from '../../../../hub/collect/reports.ts';
import type { HealthJudge } from '../../../../hub/health/judge.ts';
import {
  hubFactsOf,
  knownOfFacts,
  listBundles,
  listDocuments,
  listRecorded,
  listRegistered,
  stateOfFacts,
} from '../../../../hub/operations/facts.ts';
import { judgeByHub } from '../../../../hub/operations/preview-judge.ts';
import { readAlone } from '../../../../hub/operations/preview-read.ts';
import { previewFolder } from '../../../../hub/operations/preview.ts';
import type { State } from '../../../../hub/model/state.ts';
import { entryOf } from '../../../../hub/plan/entry.ts';
import { problemLine } from '../../../../hub/status/problem.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { createRepos } from '../../../../shared/adapters/git/repos.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { git } from '../../../fakes/git.ts';
import { enrolledCluster, published, received, reportOf, settledApp, stateOf } from '../../../fixtures/hub/status.ts';

const none = () => Promise.reject(new Error('a preview needs no network'));
const offline: Http = { request: none, events: none };
const { signal } = new AbortController();
const health = { judged: () => undefined } as unknown as HealthJudge;

const maps = (prefix: string, count: number, value = 'a') =>
  Array.from(
    { length: count },
    (_, index) =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${prefix}-${index} }, data: { value: ${value} } }`,
  ).join(', ');
const app = (name: string, objects: string): string =>
  `kind: Application\nmetadata: { name: ${name} }\nspec:\n  components:\n  - { name: ${name}, type: k8s-objects, properties: { objects: [${objects}] } }\n`;
const placed = (name: string, revision = `${name}-v1`): string =>
  `---\nkind: ApplicationDeployment\nmetadata: { name: ${name} }\nspec:\n  appRevisions:\n  - revisionName: ${revision}\n    placement: [{ clusterSelector: { labels: { env: prod } } }]\n`;
const web = app('web', maps('web', 12)) + placed('web');

describe('documents, judged by what a hub knows', () => {
  let cue: CueEngine;
  let top: string;
  let dir: string;
  let commit: string;
  let state: State;
  let sizes = new Map<string, number>();
  let report: ReturnType<typeof reportOf> | null = null;
  const reports = {
    current: () => new Map(report === null ? [] : [['prod-1', received(report)]]),
  } as unknown as ReceivedReports;
  const ports = () => ({ cue, repos: createRepos(offline) });
  const write = (name: string, text: string) => writeFile(join(dir, name), text);
  const record = async (message: string) => {
    await git(dir, 'add', '-A');
    await git(dir, 'commit', '-qm', message);
    return git(dir, 'rev-parse', 'HEAD');
  };

  beforeAll(async () => {
    cue = startCueEngine({ clock: systemClock });
    top = await mkdtemp(join(tmpdir(), 'sluice-facts-'));
  });
  afterAll(async () => {
    await cue.close();
    await rm(top, { recursive: true });
  });
  beforeEach(async () => {
    sizes = new Map();
    report = null;
    dir = await mkdtemp(join(top, 'repo-'));
    await git(dir, 'init', '-q');
    await write('web.yaml', web);
    commit = await record('first');
    const read = await readAlone(dir, ports(), signal);
    const record0 = enrolledCluster('prod-1', { labels: { env: 'prod' } });
    const source = { repository: dir, commit };
    const before = stateOf([record0], [], { source, documents: read.documents, revisions: read.history });
    const { apps } = await judgeByHub(cue, read, { state: before, localCluster: null }, { signal });
    expect(apps.map(({ cluster }) => cluster)).toEqual(['prod-1']);
    const labels = { env: 'prod' };
    const bundle = published(
      'prod-1',
      apps.map((one) => entryOf(one, formats.revision.at(1)).app),
      { labels },
    );
    state = stateOf([record0], [bundle], { source, documents: read.documents, revisions: read.history });
  });

  /** What a preview says with the facts of the hub, as they come over the wire. */
  const said = async (localCluster: string | null = null) => {
    const parts = { state: () => state, localCluster, sizes: () => sizes, reports, health, clock: systemClock };
    const facts = hubFacts.parse(JSON.parse(JSON.stringify(hubFactsOf(parts))));
    const { bundles, next } = bundlePage.parse(JSON.parse(JSON.stringify(listBundles(parts, {}))));
    const recorded = recordPage.parse(JSON.parse(JSON.stringify(listRecorded(parts, {}))));
    const { documents } = documentPage.parse(JSON.parse(JSON.stringify(listDocuments(parts, {}))));
    const { clusters } = clusterPage.parse(JSON.parse(JSON.stringify(listRegistered(parts, {}))));
    expect([next, recorded.next]).toEqual([null, null]);
    const known = stateOfFacts(facts, { documents, clusters, revisions: recorded.revisions, bundles });
    const hub = { state: known, localCluster, ...knownOfFacts(facts, bundles) };
    const preview = await previewFolder(dir, { signal, hub }, ports());
    return preview.problems.map(problemLine);
  };

  it('are fine where nothing changed, on clusters that have joined and have no document', async () => {
    expect(await said()).toEqual([]);
    const alone = await previewFolder(dir, { signal }, ports());
    expect(alone.problems.map(({ code }) => code)).toEqual(['PLACEMENT_EMPTY']);
  });

  it('would wait for an approval where they delete much', async () => {
    await write('web.yaml', app('web', maps('web', 1)) + placed('web', 'web-v2'));
    expect(await said()).toEqual([
      expect.stringMatching(
        /^warning\[MASS_DELETE\] would wait for an approval: 11 objects would be deleted: .*; web\.yaml:\d+:\d+; once it is pushed/,
      ),
    ]);
  });

  it('have the revisions that the hub has recorded, and the next number after those', async () => {
    const [first] = state.revisions.revisions.get('default/web') ?? [];
    const third = { ...first!, number: 3, name: 'web-v3', specDigest: 'x' };
    const revisions = new Map([['default/web', [first!, third]]]);
    state = { ...state, revisions: { ...state.revisions, revisions } };
    await write('web.yaml', app('web', maps('web', 12, 'b')) + placed('web', 'web-v4'));
    expect(await said()).toEqual([]);
    await write('web.yaml', app('web', maps('web', 12, 'b')) + placed('web', 'web-v2'));
    expect(await said()).toEqual([expect.stringMatching(/^error\[REVISION_NOT_FOUND\].*web-v2/)]);
  });

  it('cannot have an object that another application has on the cluster', async () => {
    await write('a.yaml', app('a', maps('web', 1)) + placed('a'));
    expect(await said()).toEqual([
      expect.stringMatching(/^error\[NAME_TAKEN\] \/ConfigMap\/default\/web-0 belongs to default\/web; a\.yaml:/),
    ]);
  });

  it.each([
    [null, /^error\[LOCAL_CLUSTER_UNSET\]/],
    ['desk', /^error\[PLACEMENT_EMPTY\].*desk, which has not joined/],
    ['prod-1', null],
  ])('have the local cluster of the hub: %s', async (local, expected) => {
    await write('b.yaml', app('b', maps('b', 1)));
    expect(await said(local)).toEqual(expected === null ? [] : [expect.stringMatching(expected)]);
  });

  it('count as kept where this history lacks what the hub has read', async () => {
    await rm(join(dir, 'web.yaml'));
    await write('c.yaml', app('c', maps('c', 1)) + placed('c'));
    await git(dir, 'checkout', '-q', '--orphan', 'other');
    await record('other');
    const lines = await said();
    expect(lines.filter((line) => line.includes('which is not in this history'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('would be deleted');
  });

  it('are too large together with what stays as it was published, whose sizes the hub knows', async () => {
    await write('web.yaml', app('web', maps('web', 12, '1')) + placed('web', 'web-v2'));
    await write('c.yaml', app('c', maps('c', 1)) + placed('c'));
    expect((await said()).filter((line) => line.includes('LIMIT_EXCEEDED'))).toEqual([]);
    const { apps } = state.bundles.get('prod-1')!.revision;
    sizes = new Map(apps.flatMap(({ objects }) => objects.map(({ path }) => [path, 750_000] as const)));
    expect((await said()).filter((line) => line.includes('LIMIT_EXCEEDED'))).toEqual([
      expect.stringMatching(/^error\[LIMIT_EXCEEDED\] the bundle would have 13 objects and 9000\d+ bytes; /),
    ]);
  });

  it('take away a deployment in the middle of its change', async () => {
    const bundle = state.bundles.get('prod-1')!;
    const [deployed] = bundle.revision.apps;
    const site = { ...deployed!, name: 'site' };
    state = { ...state, bundles: new Map([['prod-1', { ...bundle, revision: { ...bundle.revision, apps: [site] } }]]) };
    await write('web.yaml', app('web', maps('web', 12)));
    report = reportOf(bundle, [settledApp(site, { applied: null, message: '1 of 3 ready' })]);
    expect(await said('prod-1')).toContainEqual(
      expect.stringMatching(
        /^warning\[CHANGE_ABANDONED\] default\/site was removed from prod-1 .*1 of 3 ready.*web-v1 takes its place/,
      ),
    );
    report = reportOf(bundle, [settledApp(site)]);
    expect((await said('prod-1')).join()).not.toContain('CHANGE_ABANDONED');
  });

  it('come a page at a time', () => {
    const many = ['a', 'b', 'c'].map((name) => {
      const bundle = published(name, []);
      const sized = { ...bundle.revision, bundle: { ...bundle.revision.bundle, objects: 1_500 } };
      return [name, { ...bundle, revision: sized }] as const;
    });
    const parts = {
      state: () => ({ ...state, bundles: new Map(many) }),
      sizes: () => sizes,
      reports,
      health,
      clock: systemClock,
    };
    const names = (after?: string) => {
      const { bundles, next } = listBundles(parts, after === undefined ? {} : { after });
      return [bundles.map(({ cluster }) => cluster), next];
    };
    expect(names()).toEqual([['a'], 'a']);
    expect(names('a')).toEqual([['b'], 'b']);
    expect(names('b')).toEqual([['c'], null]);
    expect(names('c')).toEqual([[], null]);
  });

  it('are told without keys and tokens', () => {
    const token = { publicKey: 'secret-1', expires: '' };
    const record1 = enrolledCluster('x', { agentKey: 'secret-2', token });
    const parts = { state: () => stateOf([record1]), localCluster: null };
    expect(JSON.stringify([hubFactsOf(parts), listRegistered(parts, {})])).not.toMatch(/secret-/);
    expect(listRegistered(parts, {}).clusters).toHaveLength(1);
  });
});
