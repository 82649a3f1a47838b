import { expect, it } from 'vitest';
import { placeInBlock } from '../../../../hub/model/block-place.ts';

const key = (line: number, column = 3) => ({ path: 'a.yaml', line, column });

it.each([
  ['a block', ['x:', '  t: |', '    one', '    two'], { line: 4, column: 6 }],
  ['a block with an empty line first', ['x:', '  t: |-', '', '    two'], { line: 4, column: 6 }],
  ['a block with a comment', ['x:', '  t: | # the text', '    one', '      two'], { line: 4, column: 6 }],
  ['a text on its line', ['x:', '  t: "one\\ntwo"'], { line: 2, column: 3 }],
  ['a block whose lines are joined', ['x:', '  t: >', '    one', '    two'], { line: 2, column: 3 }],
])('is known of %s', (_, lines, place) => {
  expect(placeInBlock(lines, key(2), { line: 2, column: 2 })).toEqual({ path: 'a.yaml', ...place });
});
