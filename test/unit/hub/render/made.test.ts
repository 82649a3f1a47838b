import { describe, expect, it } from 'vitest';
import { outputName } from '../../../../hub/render/made.ts';

describe('the name of an object that has none', () => {
  it.each([
    ['cm', 'web-cm'],
    ["cm'", 'web-tw-cm'],
    ["cm''", 'web-tw-cm-2'],
    ['my_Map', 'web-my-map'],
  ])('that is the output %s is %s', (key, name) => {
    expect(outputName('web', key, 'tw')).toBe(name);
  });
});
