import { describe, expect, it } from 'vitest';
import { manifestReader } from '../../../../hub/load/manifests.ts';
import { readHere } from '../../../../hub/load/reader.ts';
import { rawSource, rawSourceOf } from '../../../../hub/sources/raw.ts';

const { signal } = new AbortController();

describe('the manifests that components name', () => {
  it.each([
    ['several documents', 'a: 1\n---\n\n---\nb: {c: 2}\n'],
    ['a List, as it stands there', 'apiVersion: v1\nkind: List\nitems: [{kind: Application}]\n'],
    ['nothing', '# nothing\n'],
    ['no YAML', 'a: [1,\nb'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n'],
  ])('say the same by whichever way they are read: %s', async (_, text) => {
    const job = {
      component: { name: 'c', type: 'k8s-objects', properties: { path: 'a.yaml' } },
      files: { 'a.yaml': text },
      path: [],
    };
    const there = await rawSourceOf(manifestReader(readHere)).manifests(job, signal);
    const here = await rawSource.manifests(job, signal);
    expect(JSON.stringify(there)).toBe(JSON.stringify(here));
    expect(JSON.stringify(there)).toMatch(/a\.yaml:\d|"value":\[\]/);
  });
});
