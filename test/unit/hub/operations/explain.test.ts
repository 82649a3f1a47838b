import { describe, expect, it } from 'vitest';
import { explainLibrary, explainType } from '../../../../hub/operations/explain.ts';

describe('the library', () => {
  it('is explained type by type', () => {
    expect(explainType('scaler')).toEqual(explainLibrary().filter(({ type }) => type === 'scaler'));
    expect(explainType('scaler')).toMatchObject([{ kind: 'trait', parameters: [{ name: 'replicas', fallback: '1' }] }]);
  });

  it.each([
    ['gatway', 'did you mean gateway?'],
    ['zzzz', 'sluice-hub definitions list prints the types'],
  ])('says what may be meant by %s', (type, hint) => {
    expect(() => explainType(type)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'not a built-in type',
        data: { subject: type, hint },
      }) as Error,
    );
  });
});
