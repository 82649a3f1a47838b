import { describe, expect, it } from 'vitest';
import { parseClusterList } from '../../../../hub/cli/join-list.ts';
import { SluiceError } from '../../../../shared/errors.ts';

describe('a list of clusters', () => {
  it.each<[what: string, text: string, clusters: ReturnType<typeof parseClusterList>]>([
    ['a name alone', 'edge-1', [{ name: 'edge-1', labels: {} }]],
    ['labels', 'edge-1 env=prod,zone=a', [{ name: 'edge-1', labels: { env: 'prod', zone: 'a' } }]],
    [
      'labels with spaces between',
      'edge-1\tenv=prod  zone=a',
      [{ name: 'edge-1', labels: { env: 'prod', zone: 'a' } }],
    ],
    ['an empty label', 'edge-1 spare=', [{ name: 'edge-1', labels: { spare: '' } }]],
    [
      'several, in their order',
      'b\na x=1\r\n',
      [
        { name: 'b', labels: {} },
        { name: 'a', labels: { x: '1' } },
      ],
    ],
    ['empty lines and comments', '\n# stores\n  \n  edge-1 \n#edge-2\n', [{ name: 'edge-1', labels: {} }]],
  ])('has %s', (_, text, clusters) => {
    expect(parseClusterList(text, 'list')).toEqual(clusters);
  });

  it.each<[what: string, text: string, code: string, line: number | undefined]>([
    ['a name that is not allowed', 'a\nEdge_1', 'NAME_INVALID', 2],
    ['a name twice', 'a\nb\n\na x=1', 'USAGE', 4],
    ['a word that is not a label', 'a\nb env', 'USAGE', 2],
    ['a label without a key', 'a =x', 'USAGE', 1],
    ['no cluster', '# none yet\n', 'USAGE', undefined],
  ])('is refused with %s, and says where', (_, text, code, line) => {
    let error: unknown;
    try {
      parseClusterList(text, 'list');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SluiceError);
    const { code: found, data } = error as SluiceError;
    expect([found, data.path, data.line]).toEqual([code, 'list', line]);
    expect(data.hint).not.toBe('');
  });
});
