import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from '../lab/mutants/mutants.ts';
import { projectRoot as root } from './imports.ts';

describe('the bugs that tests must find', () => {
  it('are told in words of their own', () => {
    const bugs = mutants.map(({ bug }) => bug);
    expect(bugs.filter((bug, index) => bugs.indexOf(bug) !== index)).toEqual([]);
  });

  it.each(mutants)('$bug: its text is once in its file, and its tests exist', ({ file, find, replace, tests }) => {
    const times = readFileSync(join(root, file), 'utf8').split(find).length - 1;
    expect({ times, isChange: find !== replace }).toEqual({ times: 1, isChange: true });
    expect(tests).not.toEqual([]);
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
