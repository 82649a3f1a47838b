import { describe, expect, it } from 'vitest';
import { faultsText } from '../../../../agent/report/faults.ts';

const rows = (reason: string, ...names: readonly string[]) =>
  names.map((name) => ({ id: `/ConfigMap/default/${name}`, reason }));

describe('faults in words', () => {
  it.each([
    ['none', [], ''],
    ['one', rows('no', 'a'), 'ConfigMap/a: no'],
    ['three with the same words', rows('no', 'a', 'b', 'c'), 'ConfigMap/a: no; ConfigMap/b: no; ConfigMap/c: no'],
    ['four of them', rows('no', 'a', 'b', 'c', 'd'), 'ConfigMap/a and 3 more: no'],
    [
      'many of two kinds',
      [...rows('no', 'a', 'b'), ...rows('never', 'c', 'd', 'e', 'f'), ...rows('no', 'g')],
      'ConfigMap/a: no; ConfigMap/b: no; ConfigMap/g: no; ConfigMap/c and 3 more: never',
    ],
  ])('are told: %s', (_, faults, text) => {
    expect(faultsText(faults)).toBe(text);
  });
});
