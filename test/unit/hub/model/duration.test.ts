import { expect, it } from 'vitest';
import { durationSeconds } from '../../../../hub/model/duration.ts';

it.each([
  ['90s', 90],
  ['15m', 900],
  ['1h30m', 5400],
  ['1h2m3s', 3723],
  ['1.5h', 5400],
  ['500ms', 0.5],
  ['1m500ms', 60.5],
  ['', null],
  ['5', null],
  ['5x', null],
  ['-5s', null],
  ['5s ', null],
])('%j are %s seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});
