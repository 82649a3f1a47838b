import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from './imports.ts';

const page = readFileSync(join(projectRoot, 'docs/design/delivery.md'), 'utf8');
const numbers = [...page.matchAll(/^\| (2\.\d+) \|/gm)].map(([, number = '']) => number);

/** The numbers that titles of tests begin with, also of those that stand in a table: `2.23 and 2.36 leaves what ...`. */
const proved = new Set(
  readdirSync(join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('architecture'))
    .map((path) => readFileSync(join(projectRoot, 'test', path), 'utf8'))
    .flatMap((text) => [...text.matchAll(/(?:\bit\(|\[|\]\)\(|^)\s*(['"`])(2\.\d+(?: and 2\.\d+)*) \w/gm)])
    .flatMap(([, , title = '']) => title.split(' and ')),
);

describe('the scenarios of deliveries', () => {
  it('are numbered without a gap', () => {
    expect(numbers).toEqual(numbers.map((_, index) => `2.${index + 1}`));
    expect(numbers).toHaveLength(38);
  });

  it.each(numbers)('have a test that begins with their number: %s', (number) => {
    expect(proved).toContain(number);
  });

  it('are all that a test names', () => {
    expect([...proved].filter((number) => !numbers.includes(number))).toEqual([]);
  });
});
