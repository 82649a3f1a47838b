import { describe, expect, it } from 'vitest';
import { nameConflicts, overflow } from '../../../../hub/plan/conflicts.ts';
import { bundleLimits } from '../../../../shared/model/limits.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';

/** An application of these objects, `a b`, or `b from a` while the others serve. */
function unit(text: string): BundleApp {
  const [own = '', from] = text.split(' from ');
  const objectsOf = (ids: string) => ids.split(' ').map((id) => ({ id, path: id, digest: bundleApp(id).digest }));
  const app = bundleApp('web', { objects: objectsOf(own) });
  return from === undefined ? app : { ...app, from: contentOf(bundleApp('web', { objects: objectsOf(from) })) };
}

const units = (all: Readonly<Record<string, string>>): Map<string, BundleApp> =>
  new Map(Object.entries(all).map(([name, text]) => [name, unit(text)]));

describe('units that want one name', () => {
  type Units = Readonly<Record<string, string>>;
  it.each<[string, Units, Units, Record<string, string>]>([
    ['none', { a: 'x', b: 'y' }, {}, {}],
    ['the first by name keeps it', { a: 'x', b: 'x' }, {}, { b: 'x of a' }],
    ['the one that has it keeps it', { a: 'x', b: 'x' }, { b: 'x' }, { a: 'x of b' }],
    ['one in whose steps it serves still keeps it', { a: 'x', b: 'y from x' }, { b: 'y from x' }, { a: 'x of b' }],
  ])('%s', (_, chosen, before, expected) => {
    const found = nameConflicts(new Map([...units(chosen)].map(([name, app]) => [name, { app }])), units(before));
    expect(Object.fromEntries([...found].map(([name, { id, keeper }]) => [name, `${id} of ${keeper}`]))).toEqual(
      expected,
    );
  });
});

it('what serves meanwhile counts against the limit of objects', () => {
  const chosen = new Map([...units({ web: 'b c from a' })].map(([name, app]) => [name, { app, files: null }]));
  const limits = { ...bundleLimits[2], objects: 2 };
  const sum = overflow(chosen, new Map(), { limits, sizeOf: () => ({ bytes: 1, document: 1 }) });
  expect(sum).toMatchObject({ unit: 'web', objects: 3 });
});
