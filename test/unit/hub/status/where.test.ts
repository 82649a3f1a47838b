import { describe, expect, it } from 'vitest';
import { withWhere } from '../../../../hub/status/where.ts';

describe('advice', () => {
  it.each([
    ['run: sluice-hub approve X', 'run: sluice-hub approve X --data d'],
    ['see `sluice-hub status` for the changes', 'see `sluice-hub status --data d` for the changes'],
    ['run `sluice-hub cluster join a --rekey` again', 'run `sluice-hub cluster join a --rekey --data d` again'],
    ['mend it', 'mend it'],
  ])('reaches the hub that it is about: %s', (advice, reached) => {
    expect(withWhere(advice, '--data d')).toBe(reached);
    expect(withWhere(advice)).toBe(advice);
  });
});
