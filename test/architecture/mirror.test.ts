import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, readSources } from './imports.ts';
import { isDecision, testedElsewhere, topics } from './mirror.ts';

const programs = ['hub', 'agent', 'shared'] as const;
const sources = readSources(programs);
const paths = new Set(sources.map(({ path }) => path));
const folders = new Set(sources.map(({ path }) => dirname(path)));
const tests = programs.flatMap((program) =>
  readdirSync(join(projectRoot, 'test/unit', program), { recursive: true, encoding: 'utf8' })
    .map((name) => `${program}/${name}`)
    .filter((name) => name.endsWith('.test.ts'))
    .sort(),
);

/** `hub/plan/plan` of `hub/plan/plan.test.ts`, and of `hub/plan/plan.retired.test.ts`: a part of its tests. */
const subjectsOf = (test: string): readonly string[] => {
  const name = test.replace(/\.test\.ts$/, '');
  const parts = name.slice(name.lastIndexOf('/') + 1).split('.');
  return parts.map((_, at) => `${dirname(test)}/${parts.slice(0, at + 1).join('.')}`);
};

describe('the tests of a unit', () => {
  it('are in folders that the source has', () => {
    expect(tests.filter((test) => !folders.has(dirname(test)))).toEqual([]);
  });

  it('are named after a file of that folder, or listed as a topic with a reason', () => {
    const stray = tests.filter((test) => {
      const subjects = subjectsOf(test);
      return !subjects.some((subject) => paths.has(`${subject}.ts`) || Object.hasOwn(topics, subject));
    });
    expect(stray).toEqual([]);
  });

  it('have few topics, and each is there', () => {
    expect(Object.keys(topics).filter((topic) => !tests.includes(`${topic}.test.ts`))).toEqual([]);
    expect(Object.keys(topics).length).toBeLessThanOrEqual(6);
  });
});

describe('a file that decides something', () => {
  const decisions = sources.filter(isDecision).map(({ path }) => path);
  const testOf = (path: string) => `test/unit/${path.replace(/\.ts$/, '.test.ts')}`;

  it('is found by its form', () => {
    expect(decisions).toEqual(
      expect.arrayContaining(['agent/prune/decide.ts', 'hub/plan/guards.ts', 'shared/lib/yaml/scalars.ts']),
    );
    expect(decisions).not.toContain('agent/pass.ts');
    expect(decisions.length).toBeGreaterThan(90);
  });

  it('has a test of its own name, or is listed with where that is', () => {
    const untested = decisions.filter(
      (path) => !existsSync(join(projectRoot, testOf(path))) && !Object.hasOwn(testedElsewhere, path),
    );
    expect(untested).toEqual([]);
  });

  it('is listed only where it has none, and in few rows', () => {
    const rows = Object.entries(testedElsewhere);
    expect(rows.filter(([path]) => !decisions.includes(path) || existsSync(join(projectRoot, testOf(path))))).toEqual(
      [],
    );
    expect(rows.filter(([, where]) => !existsSync(join(projectRoot, where.replace(/:.*/, ''))))).toEqual([]);
    expect(rows.length).toBeLessThanOrEqual(6);
  });
});
