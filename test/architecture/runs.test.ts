import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot, readSources } from './imports.ts';

/** Why Node cannot run a file as it is; null = it can. Tests run what their own compiler made of it. */
function faultOf(path: string, text: string): string | null {
  try {
    stripTypeScriptTypes(text);
    return null;
  } catch (error) {
    return `${path}: ${(error as Error).message}`;
  }
}

it('has only files that Node itself can run', () => {
  const paths = readSources(['shared', 'hub', 'agent', 'test/lab']).map(({ path }) => path);
  const faults = paths.flatMap((path) => faultOf(path, readFileSync(join(projectRoot, path), 'utf8')) ?? []);
  expect(paths.length).toBeGreaterThan(500);
  expect(faults).toEqual([]);
});

it('finds a file that Node cannot run', () => {
  expect(faultOf('a.ts', 'for (const of of [1]) f(of);')).toBe('a.ts: Variable declaration list cannot be empty');
  expect(faultOf('a.ts', 'enum A { b }')).toContain('a.ts: ');
});
