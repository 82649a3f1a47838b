import { describe, expect, it } from 'vitest';
import { cronSchedule, isCronExpression } from '../../../../shared/adapters/schedule.ts';

describe('cronSchedule', () => {
  it.each([
    ['* * * * *', true],
    ['*/30 * * * * *', true],
    ['61 * * * *', false],
    ['every minute', false],
  ])('takes %s: %s', (expression, valid) => {
    expect(isCronExpression(expression)).toBe(valid);
  });

  it('refuses a bad expression with its code', () => {
    expect(() => cronSchedule(0)('nonsense', () => undefined)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('calls on time and stops when told', async () => {
    const first = await new Promise<string>((resolve) => {
      const stop = cronSchedule(0)('* * * * * *', () => {
        stop();
        resolve('called');
      });
    });
    expect(first).toBe('called');
  });
});
