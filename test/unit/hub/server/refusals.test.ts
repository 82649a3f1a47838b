import { describe, expect, it } from 'vitest';
import { createRefusals, isRefusal } from '../../../../hub/server/refusals.ts';
import { codes, SluiceError, type Code } from '../../../../shared/errors.ts';
import { manualClock } from '../../../fakes/agent.ts';

describe('refused credentials', () => {
  it('are counted each, and told at once and then by the minute', () => {
    const clock = manualClock();
    const [lines, counted]: [unknown[], string[]] = [[], []];
    const refuse = createRefusals({
      clock,
      log: { warn: (message, fields) => lines.push([message, fields]) },
      metrics: { refused: (route, code) => counted.push(`${route} ${code}`) },
    });
    const error = new SluiceError('UNAUTHENTICATED', 'not valid');
    for (let number = 0; number < 2_000; number += 1) refuse({ error, route: '/v1/status', from: '192.0.2.1' });
    expect(counted).toHaveLength(2_000);
    expect(lines).toEqual([
      [
        'a credential was refused',
        { code: 'UNAUTHENTICATED', reason: 'not valid', route: '/v1/status', from: '192.0.2.1' },
      ],
    ]);
    clock.move(60_000);
    expect(lines[1]).toEqual(['more credentials were refused', { count: 1_999, from: '192.0.2.1' }]);
  });

  it('are those of the codes of authentication and permission, and credentials of a clock that differs', () => {
    const refusals = (Object.keys(codes) as Code[]).filter((code) => isRefusal({ code }));
    expect(refusals).toEqual(['UNAUTHENTICATED', 'FORBIDDEN', 'REVOKED', 'TOKEN_EXPIRED', 'CLOCK_SKEW']);
  });
});
