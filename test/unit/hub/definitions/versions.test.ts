import { describe, expect, it } from 'vitest';
import type { Definition } from '../../../../hub/model/documents.ts';
import { meantName, namesOf, splitType } from '../../../../hub/definitions/versions.ts';

const names = (...all: string[]) => new Map(all.map((name) => [name, 1]));

describe('the version of a type', () => {
  it.each<[written: string, type: string, version: string | null]>([
    ['web', 'web', null],
    ['web@v3', 'web', '3'],
    ['web@v1.2.0', 'web', '1.2.0'],
    ['web@latest', 'web@latest', null],
    ['@v3', '@v3', null],
  ])('%s', (written, type, version) => {
    expect(splitType(written)).toEqual({ type, version });
  });

  it.each<[written: string, all: ReadonlyMap<string, unknown>, meant: string | null]>([
    ['web', names('web', 'web@v1'), 'web'],
    ['web@v1', names('web', 'web@v1', 'web@v1.5.0'), 'web@v1'],
    ['web@v1', names('web@v1.9.0', 'web@v1.10.0', 'web@v1.2.3', 'web@v10.0.0'), 'web@v1.10.0'],
    ['web@v1.9', names('web@v1.9.0', 'web@v1.9.1', 'web@v1.10.0'), 'web@v1.9.1'],
    ['web@v2', names('web', 'web@v1'), null],
    ['web', names('web@v1'), null],
    ['web@v1', names('other@v1.0.0'), null],
  ])('%s of %o is %s', (written, all, meant) => {
    expect(meantName(written, all)).toBe(meant);
  });

  it.each<[spec: Definition['spec'], annotations: Record<string, string>, all: readonly string[]]>([
    [{}, {}, ['web']],
    [{ version: '1.2.0' }, {}, ['web', 'web@v1.2.0']],
    [{ version: 'v1.2.0' }, {}, ['web', 'web@v1.2.0']],
    [{ version: 3 }, {}, ['web']],
    [{}, { 'definitionrevision.oam.dev/name': '7' }, ['web', 'web@v7']],
  ])('of %o with %o is found by %o', (spec, annotations, all) => {
    expect(namesOf({ metadata: { name: 'web', annotations }, spec })).toEqual(all);
  });
});
