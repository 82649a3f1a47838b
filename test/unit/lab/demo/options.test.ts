import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../lab/demo/options.ts';

const read = (...args: string[]) => readOptions(args, '/here').real;

describe('the command line of the demo', () => {
  it('uses embedded clusters unless told otherwise', () => {
    expect(readOptions([], '/here')).toMatchObject({ story: 'versions', keep: false, help: false, real: [] });
    expect(readOptions(['rollout', '--keep'], '/here')).toMatchObject({ story: 'rollout', keep: true, real: [] });
  });

  it.each([
    ['one file', ['--kubeconfig', 'a'], [{ kubeconfig: '/here/a' }]],
    ['a file for its context', ['--kubeconfig', 'a', '--context', 'x'], [{ kubeconfig: '/here/a', context: 'x' }]],
    [
      'a file for several contexts',
      ['--kubeconfig', '/a', '--context', 'x', '--context', 'y'],
      [
        { kubeconfig: '/a', context: 'x' },
        { kubeconfig: '/a', context: 'y' },
      ],
    ],
    [
      'several files',
      ['--kubeconfig', '/a', '--kubeconfig', '/b', '--context', 'y'],
      [{ kubeconfig: '/a' }, { kubeconfig: '/b', context: 'y' }],
    ],
  ])('takes %s', (_, args, real) => {
    expect(read(...args)).toEqual(real);
  });

  it.each([
    ['a context without a file', ['--context', 'x'], '--context needs a --kubeconfig before it'],
    [
      'four clusters',
      ['a', 'b', 'c', 'd'].flatMap((file) => ['--kubeconfig', file]),
      'the demo takes up to 3 clusters',
    ],
    ['another story', ['rollouts'], 'there is no story rollouts'],
    ['a real cluster for a rollout', ['rollout', '--kubeconfig', 'a'], 'has clusters of its own'],
    ['one image', ['--images', 'a'], '--images takes two images: V1,V2'],
    ['an unknown flag', ['--fast'], "Unknown option '--fast'"],
  ])('refuses %s', (_, args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
