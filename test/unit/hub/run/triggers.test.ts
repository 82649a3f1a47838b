import { describe, expect, it } from 'vitest';
import { mayHaveCommits, type Trigger } from '../../../../hub/run/triggers.ts';

describe('triggers', () => {
  it.each<[triggers: readonly Trigger[], expected: boolean]>([
    [[], false],
    [['report'], false],
    [['registry', 'approval', 'report'], false],
    [['start'], true],
    [['webhook'], true],
    [['source'], true],
    [['poll'], true],
    [['more'], true],
    [['retry'], true],
    [['report', 'webhook'], true],
  ])('%j: new commits are possible = %j', (triggers, expected) => {
    expect(mayHaveCommits(triggers)).toBe(expected);
  });
});
