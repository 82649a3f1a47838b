import { describe, expect, it } from 'vitest';
import { baseOf, planKeep } from '../../../../agent/inventory/keep-decide.ts';
import type { Files, FileToKeep } from '../../../../agent/inventory/kept.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

/** Files of 1 KiB each, by number. */
const textOf = (n: number, kind = 'ConfigMap') => `{"kind":"${kind}","n":"${String(n).padEnd(1000, 'x')}"}`;
const fileOf = (text: string): FileToKeep => ({ length: text.length, read: () => Buffer.from(text) });
const files = (numbers: Iterable<number>, kind?: string): Files =>
  new Map([...numbers].map((n) => [digestOf(textOf(n, kind)), fileOf(textOf(n, kind))]));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const sealed = { names: ['x'], digest: digestOf('x') };
const thousand = baseOf(sealed, files(range(0, 1000)));

/** How many texts go into the head, and into a new base. */
const words = (...of: Parameters<typeof planKeep>): string => {
  const { head, base } = planKeep(...of);
  return `${head.size} in the head, ${base === null ? 'no new base' : `${base.size} in a new base`}`;
};

describe('of the files that are kept', () => {
  it.each<[string, Parameters<typeof planKeep>, string]>([
    ['few are written each time', [null, files(range(0, 50))], '50 in the head, no new base'],
    ['many make a base', [null, files(range(0, 100))], '0 in the head, 100 in a new base'],
    ['what the base has is not written again', [thousand, files(range(0, 1000))], '0 in the head, no new base'],
    [
      'one of a thousand that changed is all that is written',
      [thousand, files(range(1, 1001))],
      '1 in the head, no new base',
    ],
    [
      'a quarter that changed is still beside the base',
      [thousand, files(range(240, 1240))],
      '240 in the head, no new base',
    ],
    ['more than that makes a new base', [thousand, files(range(260, 1260))], '0 in the head, 1000 in a new base'],
    ['a base of which half is not needed goes', [thousand, files(range(0, 490))], '0 in the head, 490 in a new base'],
    ['what is left of it may be few', [thousand, files(range(0, 9))], '9 in the head, no new base'],
  ])('%s', (_, given, expected) => {
    expect(words(...given)).toBe(expected);
  });

  it('a Secret that is not needed any more is not kept on in a base', () => {
    const secret = files([1], 'Secret');
    const base = baseOf(sealed, new Map([...files(range(0, 1000)), ...secret]));
    expect(words(base, new Map([...files(range(0, 1000)), ...secret]))).toBe('0 in the head, no new base');
    expect(words(base, files(range(0, 1000)))).toBe('0 in the head, 1000 in a new base');
  });
});
