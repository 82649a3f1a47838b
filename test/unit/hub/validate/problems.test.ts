import { describe, expect, it } from 'vitest';
import type { Problem, RawDocument } from '../../../../hub/model/source.ts';
import {
  inOrder,
  mostProblems,
  pathText,
  reporterOf,
  reporterWithin,
  suggestion,
} from '../../../../hub/validate/problems.ts';

const place = (line: number, column = 1, path = 'a.yaml') => ({ path, line, column });
const raw: RawDocument = { value: {}, place: place(1), locate: (path) => place(path.length + 1) };

describe('a reporter', () => {
  it('collects problems with their places and the application that they stop', () => {
    const reporter = reporterOf(raw, 'default/app');
    reporter.warn('UNSUPPORTED', ['spec'], 'is not used', 'remove it');
    expect(reporter.failed()).toBe(false);
    reporter.error('DOCUMENT_INVALID', ['spec', 'x'], 'is wrong');
    expect(reporter.failed()).toBe(true);
    expect(reporter.problems).toEqual([
      {
        code: 'UNSUPPORTED',
        message: 'is not used',
        hint: 'remove it',
        severity: 'warning',
        place: place(2),
        app: 'default/app',
      },
      { code: 'DOCUMENT_INVALID', message: 'is wrong', severity: 'error', place: place(3), app: 'default/app' },
    ]);
  });

  it.each([
    ['at the same place', ['spec', 'x'], 1],
    ['below it', ['spec', 'x', 0], 1],
    ['above it', ['spec'], 1],
    ['beside it', ['spec', 'y'], 2],
  ])('leaves out what follows from a problem %s, when told to', (_, path, count) => {
    const reporter = reporterOf(raw, null);
    reporter.error('DOCUMENT_INVALID', ['spec', 'x'], 'is wrong');
    reporter.skipFollowing();
    reporter.error('DOCUMENT_INVALID', path, 'is wrong, too');
    expect(reporter.problems.length).toBe(count);
  });

  it.each(['warning', 'error'] as const)('tells so many problems one by one, and that there are more (%s)', (last) => {
    let asked = 0;
    const counting = { ...raw, locate: (path: readonly (string | number)[]) => place((asked += path.length)) };
    const reporter = reporterOf(counting, 'default/app');
    for (let i = 0; i < mostProblems; i++) reporter.warn('UNSUPPORTED', [`x${i}`], 'is not used');
    expect([reporter.isFull(), reporter.problems.length]).toEqual([false, mostProblems]);
    const tell = { warning: reporter.warn, error: reporter.error }[last];
    for (let i = 0; i < 3; i++) tell('UNSUPPORTED', [`y${i}`], 'is not used, either');
    reporter.warn('UNSUPPORTED', ['z'], 'is not used, either');
    expect([reporter.isFull(), reporter.failed(), asked]).toEqual([true, last === 'error', mostProblems]);
    expect(reporter.problems.slice(mostProblems)).toEqual([
      {
        code: 'DOCUMENT_INVALID',
        message: `more than ${mostProblems} problems in this document: the others are not told`,
        hint: 'mend those first',
        place: place(1),
        app: 'default/app',
        severity: last,
      },
    ]);
  });

  it('within a place counts paths from there', () => {
    const reporter = reporterOf(raw, null);
    reporterWithin(reporter, ['spec', 'policies', 0]).error('DOCUMENT_INVALID', ['name'], 'is wrong');
    expect(reporter.problems[0]?.place).toEqual(place(5));
    expect(reporter.failed()).toBe(true);
  });
});

describe('the words of a problem', () => {
  it.each([
    ['a similar word', 'scalar', ['scaler', 'labels'], 'did you mean scaler?'],
    ['all words in order, when none is similar', 'zzz', ['scaler', 'labels'], 'traits: labels, scaler'],
    ['that there are none', 'zzz', [], 'there are no traits'],
  ])('suggest %s', (_, word, candidates, text) => {
    expect(suggestion(word, candidates, 'traits')).toBe(text);
  });

  it('write a path as people do', () => {
    expect(pathText(['spec', 'components', 0, 'name'])).toBe('spec.components[0].name');
    expect(pathText([])).toBe('');
  });

  it('come in the order of files and lines, those without a place last', () => {
    const problem = (code: Problem['code'], at?: Problem['place']): Problem => ({
      code,
      message: '',
      severity: 'error',
      ...(at !== undefined && { place: at }),
    });
    const problems = [
      problem('INTERNAL'),
      problem('UNSUPPORTED', place(1, 1, 'b.yaml')),
      problem('UNKNOWN_FIELD', place(10)),
      problem('UNSUPPORTED', place(2, 7)),
      problem('UNSUPPORTED', place(2, 3)),
      problem('NAME_INVALID', place(2, 3)),
    ];
    expect(
      inOrder(problems).map(({ code, place: at }) => `${code} ${at?.path ?? ''} ${at?.line ?? ''}`.trim()),
    ).toEqual([
      'NAME_INVALID a.yaml 2',
      'UNSUPPORTED a.yaml 2',
      'UNSUPPORTED a.yaml 2',
      'UNKNOWN_FIELD a.yaml 10',
      'UNSUPPORTED b.yaml 1',
      'INTERNAL',
    ]);
  });
});
