import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../hub/load/listing.ts';
import { createSnapshotBuilder } from '../../../../hub/load/snapshot.ts';
import { everything } from '../../../../hub/load/select.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { waitingChanges } from '../../../../hub/model/hold.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import type { SeenDocument } from '../../../../hub/model/seen-documents.ts';
import { keepMissing, type KeptDocuments } from '../../../../hub/validate/missing.ts';
import { validate } from '../../../../hub/validate/validate.ts';

const app = (name: string, image = 'nginx'): string =>
  `kind: Application\nmetadata: {name: ${name}}\nspec: {components: [{name: web, type: webservice, properties: {image: ${image}}}]}\n`;
const deployment = (name: string, revision: string): string =>
  `kind: ApplicationDeployment\nmetadata: {name: ${name}}\nspec: {appRevisions: [{revisionName: ${revision}, placement: [{}]}]}\n`;
const cluster = (name: string): string => `kind: Cluster\nmetadata: {name: ${name}}\n`;

/** The documents that are kept, with what the pass keeps of their holds. */
interface Kept extends KeptDocuments {
  readonly guarded: readonly GuardedChange[];
}

/** A hub's memory over a sequence of commits. */
function repository() {
  let seen: readonly SeenDocument[] = [];
  let count = 0;
  return async (
    files: Readonly<Record<string, string>>,
    { descends = true, approvals = [] as string[], commit = `c${++count}` } = {},
  ): Promise<Kept> => {
    const entries = Object.entries(files).map(([path, text]): Entry => ({
      path,
      oid: text,
      read: () => Promise.resolve(Buffer.from(text)),
    }));
    const snapshot = await createSnapshotBuilder(everything).build(
      { entries, others: [] },
      { repository: 'r', commit, descends },
      new AbortController().signal,
    );
    const kept = keepMissing({
      seen,
      start: { documents: seen, broken: [] },
      validated: validate(snapshot),
      snapshot,
      approvals: approvals.map((change) => ({ change })),
      now: `2026-01-01T00:00:0${count}Z`,
    });
    seen = kept.documents;
    return { ...kept, guarded: waitingChanges(kept.holds), problems: tellProblems([kept]) };
  };
}

const keys = ({ documents }: KeptDocuments): string[] => documents.map(({ kind, key }) => `${kind} ${key}`);
const apps = ({ fleet }: KeptDocuments): string[] => fleet.applications.map(({ doc }) => doc.metadata.name).sort();

describe('a document that is not there any more', () => {
  it('is deleted by a descending commit that is without it', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a'), 'b.yaml': app('b') });
    const after = await commit({ 'a.yaml': app('a') });
    expect([apps(after), after.guarded, after.problems]).toEqual([['a'], [], []]);
  });

  it('stays after a force push until its change is approved, across later commits; additions proceed', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a'), 'b.yaml': app('b') });
    const pushed = await commit({ 'a.yaml': app('a'), 'c.yaml': app('c') }, { descends: false });
    expect(apps(pushed)).toEqual(['a', 'b', 'c']);
    expect(pushed.fleet.frozen).toContain('Application default/b');
    expect(pushed.guarded).toMatchObject([{ code: 'SOURCE_REWOUND', ids: ['core.oam.dev/Application/default/b'] }]);
    const [change] = pushed.guarded;
    const later = await commit({ 'a.yaml': app('a', 'nginx:2'), 'c.yaml': app('c') });
    expect([apps(later), later.guarded]).toEqual([['a', 'b', 'c'], [change]]);
    const approved = await commit({ 'a.yaml': app('a'), 'c.yaml': app('c') }, { approvals: [change!.change] });
    expect([apps(approved), approved.guarded]).toEqual([['a', 'c'], []]);
  });

  it('waits no longer once it is back', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a'), 'b.yaml': app('b') });
    await commit({ 'a.yaml': app('a') }, { descends: false });
    const back = await commit({ 'a.yaml': app('a'), 'moved/b.yaml': app('b') });
    expect([apps(back), back.guarded, [...back.fleet.frozen]]).toEqual([['a', 'b'], [], []]);
  });

  it('waits for approval in a plain folder, and an old approval never serves again', async () => {
    const state = repository();
    const folder = { descends: false, commit: '' };
    const change = async (approvals: string[] = []): Promise<Kept> =>
      state({ 'a.yaml': app('a') }, { ...folder, approvals });
    await state({ 'a.yaml': app('a'), 'b.yaml': app('b') }, folder);
    const first = (await change()).guarded[0]!.change;
    expect(apps(await change([first]))).toEqual(['a']);
    await state({ 'a.yaml': app('a'), 'b.yaml': app('b') }, { descends: false, commit: '' });
    const again = await state({ 'a.yaml': app('a') }, { descends: false, approvals: [first] });
    expect(apps(again)).toEqual(['a', 'b']);
  });

  it('stays when it is a Cluster: only cluster remove lets it go', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a'), 'c.yaml': cluster('prod') });
    const after = await commit({ 'a.yaml': app('a') });
    expect(after.fleet.clusters.map(({ doc }) => doc.metadata.name)).toEqual(['prod']);
    expect(after.fleet.frozen).toContain('Cluster default/prod');
    expect(after.problems.map(({ hint }) => hint)).toEqual(['bring it back, or run: sluice-hub cluster remove prod']);
  });
});

describe('a document that is broken', () => {
  it('stays as it was last seen, and its file with it when that does not parse', async () => {
    const commit = repository();
    await commit({ 'a.yaml': `${app('a')}---\n${app('b')}`, 'c.yaml': app('c') });
    const broken = await commit({ 'a.yaml': 'a: [\n', 'c.yaml': app('c').replace('webservice', 'nothing') });
    expect(keys(broken)).toEqual(['Application default/a', 'Application default/b', 'Application default/c']);
    expect(apps(broken)).toEqual(['a', 'b', 'c']);
    expect([...broken.fleet.frozen].sort()).toEqual(keys(broken));
    expect(broken.fleet.applications.map(({ doc }) => doc.spec.components[0]?.type)).toEqual(
      Array(3).fill('webservice'),
    );
  });

  it('is deleted by the commit that removes it or its file', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a'), 'b.yaml': app('b') });
    await commit({ 'a.yaml': 'a: [\n', 'b.yaml': app('b') });
    expect(apps(await commit({ 'b.yaml': app('b') }))).toEqual(['b']);
  });

  it('follows a document that moved out of a file that broke', async () => {
    const commit = repository();
    await commit({ 'a.yaml': `${app('a')}---\n${app('b')}` });
    const moved = await commit({ 'a.yaml': 'a: [\n', 'b.yaml': app('b', 'nginx:2') });
    expect(apps(moved)).toEqual(['a', 'b']);
    expect([...moved.fleet.frozen]).toEqual(['Application default/a']);
  });

  it('still makes the application that it names record revisions only', async () => {
    const commit = repository();
    await commit({ 'a.yaml': app('a') });
    const broken = await commit({
      'a.yaml': app('a'),
      'd.yaml': deployment('d', 'a-v1').replace('placement', 'placment'),
    });
    expect([...(broken.fleet.recordOnly ?? [])]).toEqual(['default/a']);
    expect(broken.fleet.deployments).toEqual([]);
  });
});

describe('the documents in force after a commit', () => {
  const seen = (id: string, facts: Partial<SeenDocument> = {}): SeenDocument => {
    const [kind = '', key = ''] = id.split(' ');
    const value = { kind, metadata: { name: key.slice(key.indexOf('/') + 1) } };
    return { kind, key, place: { path: `${kind}.yaml`, line: 1, column: 1 }, value, missing: null, ...facts };
  };
  const waits = (id: string, change = digestOf('change')) =>
    seen(id, { missing: { change, since: '2026-01-01T00:00:00Z' } });
  const web = 'Application default/web';
  const file = 'Application.yaml';
  type Facts = { descends?: boolean; frozen?: string[]; brokenFile?: string; read?: string[]; approved?: string[] };

  // `*` = it waits for approval.
  it.each<[string, SeenDocument, Facts, string[], string[]]>([
    ['a descending commit removed it: deleted', seen(web), {}, [], []],
    ['the history was rewritten: kept, and it waits', seen(web), { descends: false }, [`${web}*`], ['default/web *']],
    [
      'it waits already, and a descending commit follows: it goes on waiting',
      waits(web),
      {},
      [`${web}*`],
      ['default/web *'],
    ],
    ['its change is approved: deleted', waits(web), { approved: [digestOf('change')] }, [], []],
    [
      'another change is approved: it goes on waiting',
      waits(web),
      { approved: [digestOf('x')] },
      [`${web}*`],
      ['default/web *'],
    ],
    ['it is broken: kept as it was', seen(web), { frozen: [web] }, [web], ['default/web']],
    ['it waited and came back broken: it waits no more', waits(web), { frozen: [web] }, [web], ['default/web']],
    ['its file does not parse: kept as it was', seen(web), { brokenFile: file }, [web], ['default/web']],
    [
      'another file does not parse: it may be in there, and waits',
      seen(web),
      { brokenFile: 'other.yaml' },
      [`${web}*`],
      ['default/web *'],
    ],
    [
      'another file does not parse, and its own is there without it: deleted',
      seen(web),
      { brokenFile: 'other.yaml', read: [file] },
      [],
      [],
    ],
    [
      'a Cluster was removed: kept until cluster remove',
      seen('Cluster default/prod'),
      {},
      ['Cluster default/prod'],
      ['- on prod'],
    ],
    [
      'the history lost a Cluster: kept, and no approval is asked for',
      seen('Cluster default/prod'),
      { descends: false },
      ['Cluster default/prod'],
      ['- on prod'],
    ],
    [
      'the history lost a definition: it waits, and is no application',
      seen('TraitDefinition default/t'),
      { descends: false },
      ['TraitDefinition default/t*'],
      ['- *'],
    ],
  ])('%s', (_, document, { descends = true, frozen = [], brokenFile, read = [], approved = [] }, expected, holds) => {
    const problem = { code: 'YAML_SYNTAX', message: 'not YAML', severity: 'error' } as const;
    const kept = keepMissing({
      seen: [document],
      start: { documents: [document], broken: [] },
      validated: { fleet: { ...fleetOf(''), frozen: new Set(frozen) }, problems: [] },
      snapshot: {
        repository: 'r',
        commit: 'c2',
        descends,
        broken: brokenFile === undefined ? [] : [{ path: brokenFile, problem }],
        unread: brokenFile === undefined ? [] : [{ path: brokenFile, what: 'broken', reach: 'all', isNew: false }],
        read: new Set(read),
      },
      approvals: approved.map((change) => ({ change })),
      now: '2026-01-02T00:00:00Z',
    });
    const names = kept.documents.map(({ kind, key, missing }) => `${kind} ${key}${missing === null ? '' : '*'}`);
    expect(names).toEqual(expected);
    expect(
      kept.holds.map(({ app: unit, cluster: on, change }) =>
        [unit ?? '-', ...(on === null ? [] : [`on ${on}`]), ...(change === undefined ? [] : ['*'])].join(' '),
      ),
    ).toEqual(holds);
  });
});
