import { describe, expect, it } from 'vitest';
import type { RawDocument } from '../../../../hub/model/source.ts';
import { readDocument } from '../../../../hub/validate/read.ts';

const raw = (value: object): RawDocument => ({
  value,
  place: { path: 'a.yaml', line: 1, column: 1 },
  locate: (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 }),
});
const spec = { components: [{ name: 'web', type: 'worker' }] };

/** Kind and key of a document, then `CODE PLACE message` of each problem. */
function words(value: object): readonly unknown[] {
  const { kind, key, reporter } = readDocument(raw(value));
  return [kind, key, ...reporter.problems.map(({ code, place, message }) => `${code} ${place?.path} ${message}`)];
}

describe('a document', () => {
  it.each<[rule: string, value: object, words: readonly unknown[]]>([
    ['with its name in metadata', { kind: 'Application', metadata: { name: 'a' }, spec }, ['Application', 'default/a']],
    [
      'with its name at the top, as in the design text',
      { kind: 'Application', name: 'a', spec },
      ['Application', 'default/a'],
    ],
    [
      'with its name at the top and a namespace',
      { kind: 'Application', name: 'a', metadata: { namespace: 'n' }, spec },
      ['Application', 'n/a'],
    ],
    [
      'with two names: which one counts is not guessed',
      { kind: 'Application', name: 'b', metadata: { name: 'a' }, spec },
      ['Application', 'default/a', 'UNKNOWN_FIELD name unknown field name'],
    ],
    [
      'under the alias of its kind',
      { kind: 'AppDeployment', metadata: { name: 'd' }, spec: { appRevisions: [] } },
      ['ApplicationDeployment', 'default/d'],
    ],
    [
      'with our own apiVersion',
      { apiVersion: 'sluice.dev/v1alpha1', kind: 'Application', metadata: { name: 'a' }, spec },
      ['Application', 'default/a'],
    ],
    [
      'of a cluster has no namespace, whatever is written',
      { kind: 'Cluster', metadata: { name: 'c', namespace: 'n' } },
      ['Cluster', 'default/c'],
    ],
    [
      'of another version is not read',
      { apiVersion: 'core.oam.dev/v1alpha1', kind: 'Application', metadata: { name: 'a' }, spec },
      ['Application', 'default/a', 'UNKNOWN_KIND apiVersion Application of core.oam.dev/v1alpha1 is not known'],
    ],
    [
      'of an unknown kind has no key: nothing of it can be kept',
      { kind: 'Aplication', metadata: { name: 'a' } },
      ['', null, 'UNKNOWN_KIND kind unknown kind Aplication'],
    ],
    ['without a kind', { metadata: { name: 'a' } }, ['', null, 'DOCUMENT_INVALID  kind is missing']],
    ['with kind misspelt', { knid: 'Application' }, ['', null, 'DOCUMENT_INVALID knid kind is missing']],
    [
      'with a kind that is a number',
      { kind: 1, metadata: { name: 'a' } },
      ['', null, 'DOCUMENT_INVALID  kind is missing'],
    ],
    [
      'with an empty name has no key',
      { kind: 'Cluster', metadata: { name: '' } },
      ['Cluster', null, 'DOCUMENT_INVALID metadata.name metadata.name must not be empty'],
    ],
    [
      'with a name that is a number has no key',
      { kind: 'Cluster', metadata: { name: 1 } },
      ['Cluster', null, 'DOCUMENT_INVALID metadata.name metadata.name must be text, and is the number 1'],
    ],
    [
      'with a namespace that is not text counts as of the default one',
      { kind: 'Application', metadata: { name: 'a', namespace: 1 }, spec },
      [
        'Application',
        'default/a',
        'DOCUMENT_INVALID metadata.namespace metadata.namespace must be text, and is the number 1',
      ],
    ],
  ])('%s', (_, value, expected) => {
    expect(words(value)).toEqual(expected);
  });

  it.each<[rule: string, value: object, hint: string]>([
    ['a kind that is nearly ours', { kind: 'Aplication' }, 'did you mean Application?'],
    ['a kind of Kubernetes without its apiVersion', { kind: 'Pod' }, 'an object of Kubernetes needs its apiVersion'],
    ['kind misspelt', { Kind: 'Application' }, 'write kind instead of Kind'],
  ])('gets a hint for %s', (_, value, hint) => {
    expect(readDocument(raw(value)).reporter.problems[0]?.hint).toContain(hint);
  });

  it('that is broken leaves what of it can be checked further', () => {
    const { doc, rest } = readDocument(raw({ kind: 'Application', metadata: { name: 'a', nme: 'b' }, spec }));
    expect(doc).toBeNull();
    expect(rest).toMatchObject({ metadata: { name: 'a' }, spec });
  });

  it('names its application in its problems; a cluster names none', () => {
    const appOf = (value: object) => readDocument(raw(value)).reporter.problems[0]?.app;
    expect(appOf({ kind: 'Application', metadata: { name: 'a', x: 1 }, spec })).toBe('default/a');
    expect(appOf({ kind: 'Cluster', metadata: { name: 'a', x: 1 } })).toBeUndefined();
  });

  it('that is valid is read once, with problems of its own each time', () => {
    const document = raw({ kind: 'Application', metadata: { name: 'a' }, spec });
    const [one, two] = [readDocument(document), readDocument(document)];
    expect(two.doc).toBe(one.doc);
    one.reporter.error('DOCUMENT_INVALID', [], 'm');
    expect([one.reporter.failed(), two.reporter.failed(), readDocument(document).reporter.failed()]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('that is broken is read each time: its problems are told again', () => {
    const document = raw({ kind: 'Application', metadata: { name: 'a' }, spec: {} });
    expect([readDocument(document), readDocument(document)].map(({ reporter }) => reporter.problems.length)).toEqual([
      1, 1,
    ]);
  });
});
