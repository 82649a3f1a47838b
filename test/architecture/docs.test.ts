import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commentsOf } from './comments.ts';
import { projectRoot, readSources } from './imports.ts';

const comments = readSources(['shared', 'hub', 'agent', 'test']).flatMap(commentsOf);
const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

/** Every Markdown page of the project, by path. */
const pages = ['', 'docs', 'docs/design', 'examples', 'charts/agent', 'charts/hub'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** `PATH:LINE words` of everything in comments that matches and is not allowed. */
function cited(pattern: RegExp, isThere: (word: string) => boolean): string[] {
  return comments.flatMap(({ path, line, text }) =>
    [...text.matchAll(pattern)].filter(([word]) => !isThere(word)).map(([word]) => `${path}:${line} ${word}`),
  );
}

describe('what comments cite', () => {
  it('is a page that exists in docs/ or docs/design/', () => {
    expect(comments.length).toBeGreaterThan(500);
    const isThere = (name: string) =>
      ['docs/design', 'docs', ''].some((folder) => existsSync(join(projectRoot, folder, name)));
    expect(cited(/(?<![\w/.-])[\w-]+\.md\b/g, isThere)).toEqual([]);
  });

  it('is an invariant that safety.md states', () => {
    const stated = new Set([...read('docs/design/safety.md').matchAll(/\*\*([IL]\d+)\*\*/g)].map((match) => match[1]));
    expect(stated.size).toBeGreaterThanOrEqual(18);
    expect(cited(/(?<![\w-])[IL]\d{1,2}(?![\w-])/g, (name) => stated.has(name))).toEqual([]);
  });
});

describe('the pages', () => {
  it('are all listed in the index of the design', () => {
    const index = read('docs/design/README.md');
    const missing = readdirSync(join(projectRoot, 'docs/design')).filter(
      (name) => name !== 'README.md' && !index.includes(`(${name})`),
    );
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s links to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter((link) => !existsSync(join(projectRoot, dirname(page), link.replace(/#.*$/, ''))));
    expect(broken).toEqual([]);
  });
});
