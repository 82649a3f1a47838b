import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from './imports.ts';

const guide = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
const [, section = ''] = /^## Add one of these$(.*?)^## /ms.exec(guide) ?? [];
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| a '))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const pathsOf = (text: string): string[] =>
  [...text.matchAll(/`([a-z][\w-]*(?:\/[\w.-]+)+)`/g)].map((match) => match[1] ?? '');

/** Folders in which every file is an entry of a list, and the files there that are not. */
const lists = [
  ['hub/sources', 'list.ts', ['source.ts', 'paths.ts']],
  ['hub/render/traffic/providers', 'list.ts', ['provider.ts']],
  ['agent/live/providers', 'list.ts', ['provider.ts']],
  ['hub/policies/types', 'list.ts', []],
  ['hub/workflow/steps', 'list.ts', []],
] as const;

describe('what CONTRIBUTING.md says of additions', () => {
  it('has a row for each kind of addition', () => {
    expect(rows.map(([, what]) => what)).toEqual([
      'a trait, a component type',
      'a component source',
      'a traffic provider',
      'a policy',
      'a workflow step',
      'a health rule',
      'a command',
      'a flag of `serve`',
      'a call of the HTTP interface',
    ]);
  });

  it.each(rows.map(([, what = '', ...cells]) => [what, cells.join(' ')]))(
    'names files that are there: %s',
    (_, cells) => {
      const paths = pathsOf(cells);
      const missing = paths.filter(
        (path) => !existsSync(join(projectRoot, /\bNAME\b/.test(path) ? dirname(path) : path)),
      );
      expect(paths.length).toBeGreaterThan(1);
      expect(missing).toEqual([]);
    },
  );

  it.each(lists)('every file of %s is in its list', (folder, list, others) => {
    const text = readFileSync(join(projectRoot, folder, list), 'utf8');
    const entries = readdirSync(join(projectRoot, folder)).filter(
      (name) => name !== list && !(others as readonly string[]).includes(name),
    );
    expect(entries.filter((name) => !text.includes(`from './${name}'`))).toEqual([]);
    expect(section).toContain(`\`${folder}/${list}\``);
  });
});
