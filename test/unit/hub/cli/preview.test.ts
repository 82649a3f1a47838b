import { describe, expect, it } from 'vitest';
import { problemsExit } from '../../../../hub/cli/preview.ts';
import type { Problem } from '../../../../hub/model/source.ts';

const problem = (code: Problem['code'], severity: Problem['severity'] = 'error'): Problem => ({
  code,
  severity,
  message: 'wrong',
});

describe('the exit status of a preview', () => {
  it.each<[string, readonly Problem[], number]>([
    ['no problem', [], 0],
    ['a warning', [problem('PLACEMENT_EMPTY', 'warning')], 0],
    ['a bad document', [problem('DOCUMENT_INVALID')], 3],
    ['a bad render', [problem('RENDER_FAILED')], 4],
    ['both', [problem('RENDER_FAILED'), problem('DOCUMENT_INVALID')], 3],
  ])('with %s', (_, problems, exit) => {
    const lines: string[] = [];
    expect(problemsExit(problems, (line) => lines.push(line))).toBe(exit);
    expect(lines).toEqual(problems.map(({ code, severity }) => `${severity}[${code}] wrong\n`));
  });
});
