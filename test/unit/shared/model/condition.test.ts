import { describe, expect, it } from 'vitest';
import { numberIn, readCondition } from '../../../../shared/model/condition.ts';

describe('the condition of a query', () => {
  it.each([
    ['>=10', 10, true],
    ['>=10', 9, false],
    ['> 1e3', 1001, true],
    ['<0.05', 0.05, false],
    ['<=-1', -1, true],
    ['==1', 1, true],
    ['!=0', 0, false],
  ])('%s of %d is %s', (text, value, expected) => {
    expect(readCondition(text)?.holds(value)).toBe(expected);
  });

  it.each(['', '10', '=>1', '>=', '>=a', '>1 and <2', '>=1.2.3'])('is not %j', (text) => {
    expect(readCondition(text)).toBeNull();
  });

  const vector = (...values: string[]) => ({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
  });
  it.each([
    [vector('3'), { value: 3 }],
    [{ status: 'success', data: { resultType: 'scalar', result: [1, '2.5'] } }, { value: 2.5 }],
    [vector(), { missing: 'the query finds nothing' }],
    [vector('1', '2'), { missing: 'the query gives 2 values, and one is compared' }],
    [vector('NaN'), { missing: 'the query gives no number' }],
    [{ status: 'success', data: { resultType: 'matrix', result: [] } }, { missing: 'the query gives a matrix' }],
    [{ status: 'error' }, { missing: 'the query has no answer' }],
    [null, { missing: 'the query has no answer' }],
    ['text', { missing: 'the query has no answer' }],
  ])('reads %j as %j', (body, expected) => {
    expect(numberIn(body)).toEqual(expected);
  });
});
