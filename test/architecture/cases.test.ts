import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from './imports.ts';

const sources = readdirSync(join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('architecture'))
  .map((path) => readFileSync(join(projectRoot, 'test', path), 'utf8'));

/** The titles of all tests, also of those that stand in a table. */
const titles = sources.flatMap((text) =>
  [...text.matchAll(/(?:\bit\(|\bname:|\]\)\(|\bcases\)\()\s*(['"`])(.*?)\1/g)].map((match) => match[2] ?? ''),
);

describe('each fault of the field', () => {
  it.each(readdirSync(join(projectRoot, 'test/fixtures/field')))('has a test that is named for it: %s', (name) => {
    expect(titles.filter((title) => title.split(/[^\w-]/).includes(name))).not.toEqual([]);
  });
});
