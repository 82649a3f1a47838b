import { describe, expect, it } from 'vitest';
import { decodingSlices, emptyState, encodeSlices } from '../../../../../hub/store/slices/slices.ts';
import type { Found, SliceFile, SliceReader } from '../../../../../hub/store/slices/slice.ts';
import type { Slices } from '../../../../../hub/model/state.ts';
import type { Approval } from '../../../../../shared/wire/approval.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { decode, encode } from '../../../../../shared/wire/codec.ts';
import { signaturesText } from '../../../../../shared/wire/envelope.ts';
import { channel, clusterRecord, revisionRecord } from '../../../../fixtures/hub/facts.ts';
import { seen } from '../../../../fixtures/hub/ledger.ts';
import { payloadOf, published } from '../../../../fixtures/hub/status.ts';

const keyid = `sha256:${'5'.repeat(64)}`;
const bundle = { ...published('prod-1', []), keyid };

/** Reads files in memory; the tree of each bundle is that of `bundle`. */
function readerOf(files: readonly SliceFile[]): SliceReader {
  const bytes = new Map<string, Uint8Array>([
    ['payload', payloadOf('prod-1', [])],
    ['signatures', Buffer.from(signaturesText({ payloadType: '', signatures: [{ keyid, sig: '' }] }))],
  ]);
  const found = files.map((file): Found => {
    const path = file.path.join('/');
    if ('value' in file) bytes.set(path, encode(file.value));
    return { path, oid: 'tree' in file ? file.tree : path };
  });
  const blob = (oid: string) => bytes.get(oid) ?? new Uint8Array();
  return {
    list: function* (folder) {
      yield 1;
      return found.filter(({ path }) => path.startsWith(`${folder}/`));
    },
    file: (path) => found.find((one) => one.path === path) ?? null,
    json: (schema, { path, oid }) => decode(schema, blob(oid), path),
    entries: () => [
      { name: 'revision.json', kind: 'file', oid: 'payload' },
      { name: 'revision.sig', kind: 'file', oid: 'signatures' },
    ],
    bytes: blob,
  };
}

const decodeSlices = (files: SliceReader) => atOnce(decodingSlices(files));
const empty = decodeSlices(readerOf([]));
const written = (slices: Partial<Slices>) => encodeSlices({ ...empty, ...slices });
const pathsOf = (slices: Partial<Slices>) => written(slices).map(({ path }) => path.join('/'));
const guarded = {
  change: 'sha256:a',
  code: 'MASS_DELETE',
  cluster: 'a',
  app: null,
  generation: 8,
  ids: ['x'],
  since: 's',
} as const;
const approval: Approval = {
  change: `sha256:${'a'.repeat(64)}`,
  generation: 8,
  ids: ['/ConfigMap/a/b'],
  by: 'ann',
  at: '2026-01-01T00:00:00.000Z',
};
const problem = { severity: 'error', code: 'RENDER_FAILED', message: 'm', app: 'default/a' } as const;

const cases: readonly (readonly [slice: string, value: Partial<Slices>, paths: readonly string[]])[] = [
  [
    'a freeze',
    { freeze: { reason: 'the holidays', by: 'ann', at: '2026-01-01T00:00:00.000Z', until: null } },
    ['freeze.json'],
  ],
  ['the source', { source: { repository: 'r', commit: 'c' } }, ['source.json']],
  [
    'documents',
    { documents: [seen('default/a'), { ...seen('default/b'), kind: 'Cluster' }] },
    ['documents/Application/default/a.json', 'documents/Cluster/default/b.json'],
  ],
  [
    'revisions',
    {
      revisions: {
        revisions: new Map([['default/web', [revisionRecord('default/web', 2), revisionRecord('default/web', 10)]]]),
        newest: new Map([['default/web', 'web-v10']]),
      },
    },
    ['revisions/default/web/2.json', 'revisions/default/web/10.json', 'revisions/default/web/newest.json'],
  ],
  [
    'clusters',
    {
      clusters: new Map([
        ['a', clusterRecord('a')],
        ['b', clusterRecord('b')],
      ]),
    },
    ['clusters/3e/b.json', 'clusters/ca/a.json'],
  ],
  [
    'picks',
    {
      picks: new Map([
        ['__proto__', ['x']],
        ['default/d/local', ['a', 'b']],
      ]),
    },
    ['picks/*.json', 'picks/*.json'],
  ],
  ['bundles', { bundles: new Map([['prod-1', bundle]]) }, ['bundles/*/prod-1/bundle', 'bundles/*/prod-1/state.json']],
  [
    'bundles in place of those of another registration',
    { bundles: new Map([['prod-1', { ...bundle, replaced: 'e'.repeat(40) }]]) },
    ['bundles/*/prod-1/bundle', 'bundles/*/prod-1/state.json'],
  ],
  ['changes that wait', { guarded: [guarded] }, ['guarded.json']],
  ['approvals', { approvals: [approval] }, ['approvals.json']],
  [
    'tokens',
    { tokens: [{ name: 'ci', role: 'view', digest: digestOf('a token'), by: 'ada', at: '2026-01-01T00:00:00.000Z' }] },
    ['tokens.json'],
  ],
  ['problems', { problems: [problem] }, ['problems.json']],
];

describe('the slices of a state', () => {
  it('have no file where they are empty, and are read as empty', () => {
    expect(encodeSlices(empty)).toEqual([]);
    expect(emptyState({ channel, epoch: 1 })).toEqual({ ...empty, channel, epoch: 1, number: 0 });
  });

  it.each(cases)('have the files of %s', (_, value, paths) => {
    const spread = (path: string) => path.replace(/^(picks|bundles)\/[0-9a-f]{2}/, '$1/*');
    expect(pathsOf(value).map(spread).sort()).toEqual([...paths].sort());
  });

  it.each(cases)('are again what they were: %s', (_, value) => {
    expect(decodeSlices(readerOf(written(value)))).toEqual({ ...empty, ...value });
  });

  it('are all together what each is alone', () => {
    const whole = Object.assign({}, ...cases.map(([, value]) => value)) as Partial<Slices>;
    expect(decodeSlices(readerOf(written(whole)))).toEqual({ ...empty, ...whole });
  });

  it('read numbers of revisions in their order, whatever the order of their files', () => {
    const [, value] = cases.find(([slice]) => slice === 'revisions')!;
    const { revisions } = decodeSlices(readerOf(written(value).toReversed()));
    expect(revisions.revisions.get('default/web')?.map(({ number }) => number)).toEqual([2, 10]);
  });

  it.each<[rule: string, path: string, value: object]>([
    ['a cluster without a registration', 'clusters/ca/a.json', { name: 'a' }],
    ['a revision without a number', 'revisions/default/web/1.json', { app: 'default/web' }],
    ['a source without a commit', 'source.json', { repository: 'r' }],
    ['approvals that are not a list', 'approvals.json', {}],
    ['a document without a kind', 'documents/Application/default/a.json', { key: 'default/a' }],
  ])('are refused, and named: %s', (_, path, value) => {
    expect(() => decodeSlices(readerOf([{ path: path.split('/'), value }]))).toThrow(
      expect.objectContaining({
        code: 'WIRE_INVALID',
        data: expect.objectContaining({ subject: path }) as unknown,
      }) as Error,
    );
  });
});
