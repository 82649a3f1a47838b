import { describe, expect, it } from 'vitest';
import { tooLarge } from '../../../../hub/operations/preview-limits.ts';
import { bundleLimits } from '../../../../shared/model/limits.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';

const mebibyte = 1024 * 1024;
const big = (name: string, bytes: number) => object(`ConfigMap/${name}`, { data: { a: 'x'.repeat(bytes) } });
const said = (apps: Parameters<typeof tooLarge>[0]) =>
  tooLarge(apps).map(({ code, app: unit, cluster, message }) => [code, unit, cluster, message]);

describe('what is too large for a bundle', () => {
  it('is an object of more than 1 MiB, on each cluster that it goes to; what is beside it is not', () => {
    const apps = ['one', 'two'].flatMap((cluster) => [
      app('big', [big('big', mebibyte)], { cluster }),
      app('web', [big('web', mebibyte / 2)], { cluster }),
    ]);
    const words = expect.stringMatching(/^an object has \d+ bytes, more than 1 MiB: .*ConfigMap\/.*big$/) as string;
    expect(said(apps)).toEqual([
      ['LIMIT_EXCEEDED', 'default/big', 'one', words],
      ['LIMIT_EXCEEDED', 'default/big', 'two', words],
    ]);
  });

  it('is an application of more than 8 MiB, and one too many for the sum of all', () => {
    const parts = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => big(`${name}-${index}`, mebibyte - 1024));
    const apps = [
      app('whole', parts('whole', 9)),
      ...['a', 'b', 'c', 'd', 'e'].map((name) => app(name, parts(name, 7))),
    ];
    expect(said(apps)).toEqual([
      ['LIMIT_EXCEEDED', 'default/e', 'one', expect.stringContaining('the bundle would have 35 objects') as string],
      ['LIMIT_EXCEEDED', 'default/whole', 'one', expect.stringContaining(`the limit is ${8 * mebibyte}`) as string],
    ]);
  });

  it('is one object more than a bundle may have, and not as many', () => {
    const some = (unit: number, count: number) =>
      app(
        `app-${unit}`,
        Array.from({ length: count }, (_, index) => object(`ConfigMap/c${unit}-${index}`)),
      );
    const many = (count: number) => [
      ...Array.from({ length: 19 }, (_, unit) => some(unit, 500)),
      some(19, count - 9_500),
    ];
    const most = bundleLimits[2].objects;
    expect([tooLarge(many(most)).length, tooLarge(many(most + 1)).length]).toEqual([0, 1]);
  });
});
