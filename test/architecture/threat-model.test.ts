import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from './imports.ts';

const page = readFileSync(join(projectRoot, 'docs/threat-model.md'), 'utf8');

/** The rows of the tables of attacks: what is attacked, and the cell that names tests. */
const rows = page
  .slice(page.indexOf('## Attacks on keys'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (attack|---)/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

/** Files that a cell names, each with the words of its tests. */
function named(cell: string): { readonly path: string; readonly words: readonly string[] }[] {
  return cell.split('; ').map((part) => {
    const [, path = '', rest = ''] = /^`([^`]+)` (.*)$/.exec(part) ?? [];
    return { path, words: [...rest.matchAll(/"([^"]+)"/g)].map(([, words = '']) => words) };
  });
}

describe('the threat model', () => {
  it('has the attacks', () => {
    expect(rows.length).toBeGreaterThan(45);
    expect(rows.filter((cells) => cells.length !== 3)).toEqual([]);
  });

  it.each(rows)('shows by tests that are there what stops: %s', (_attack, _stops, cell = '') => {
    const tests = named(cell);
    expect(tests.length).toBeGreaterThan(0);
    for (const { path, words } of tests) {
      expect([path, existsSync(join(projectRoot, path))]).toEqual([path, true]);
      const text = readFileSync(join(projectRoot, path), 'utf8');
      expect(words.length).toBeGreaterThan(0);
      for (const one of words) expect([path, one, text.includes(one)]).toEqual([path, one, true]);
    }
  });
});
