import { describe, expect, it } from 'vitest';
import { untoldIn, whyUntold } from '../../../../hub/model/untold.ts';

const [id, other] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const untold = { id, code: 'LIMIT_EXCEEDED', message: 'it is too large', health: 'Current' };

describe('what agents say that they do not tell', () => {
  it('are the problems of objects that are well, and too large', () => {
    const refused = { id: other, code: 'LIMIT_EXCEEDED', message: 'the answer is too large' };
    const fought = { id: other, code: 'FIELD_CONFLICT', message: 'fought over', health: 'Current' };
    const waiting = { id: other, code: 'UNAVAILABLE', message: 'no room now', health: 'Current' };
    const app = { problems: [refused, untold, fought, waiting] };
    expect(untoldIn(app)).toEqual([untold]);
    expect([whyUntold(app, id), whyUntold(app, other)]).toEqual(['it is too large', undefined]);
  });
});
