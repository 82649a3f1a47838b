import fc from 'fast-check';
import { describe, it } from 'vitest';
import { story } from './delivery-deeds.ts';
import { playStory } from './delivery-story.ts';

describe('the delivery of an application', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 60);
  it('keeps its rules, whatever is pushed, decided and broken, and comes to its end', () => {
    fc.assert(
      fc.property(story, (told) => playStory(told)),
      { numRuns: runs },
    );
  });
});
