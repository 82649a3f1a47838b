import { expect, it } from 'vitest';
import { matchesLabels, unmatchedLabels } from '../../../../shared/model/selector.ts';

it.each([
  ['everything', {}, { a: '1' }, []],
  ['what has the label', { a: '1' }, { a: '1', b: '2' }, []],
  ['not another value', { a: '1' }, { a: '2' }, ['a=1']],
  ['not what lacks it', { b: '', a: '1' }, {}, ['a=1', 'b=']],
  ['not a name that every object inherits', { constructor: 'x' }, {}, ['constructor=x']],
])('a selector matches %s', (_, wanted, labels, unmatched) => {
  expect(unmatchedLabels(wanted, labels)).toEqual(unmatched);
  expect(matchesLabels(wanted, labels)).toBe(unmatched.length === 0);
});
