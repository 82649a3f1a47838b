import { describe, expect, it } from 'vitest';
import { createToken, listTokens, revokeToken } from '../../../../hub/operations/tokens.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { now, stateOf } from '../../../fixtures/hub/status.ts';

const { signal } = new AbortController();

describe('tokens', () => {
  it('are answered once, and kept as a digest', async () => {
    const { parts, state, commits } = await memoryHub(stateOf([]), now);
    const made = await createToken(parts, { name: 'ann', role: 'approve', by: 'bob' }, signal, null);
    expect(made).toMatchObject({ name: 'ann', role: 'approve', url: 'https://hub.example' });
    expect(made.token).toMatch(/^sluice_[A-Za-z0-9_-]{43}$/);
    const at = new Date(now).toISOString();
    expect(state().tokens).toEqual([{ name: 'ann', role: 'approve', digest: digestOf(made.token), by: 'bob', at }]);
    expect(JSON.stringify([state().tokens, commits, listTokens(parts)])).not.toContain(made.token);
    expect(listTokens(parts).tokens).toEqual([{ name: 'ann', role: 'approve', by: 'bob', at }]);
  });

  it('have names of their own, which are free again once they are revoked', async () => {
    const { parts } = await memoryHub(stateOf([]), now);
    const make = (name: string) => createToken(parts, { name, role: 'view' }, signal, 'root');
    await make('ann');
    await expect(make('ann')).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(make('admin')).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await revokeToken(parts, { name: 'ann' })).toMatchObject({ name: 'ann', by: 'root' });
    await expect(revokeToken(parts, { name: 'ann' })).rejects.toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    await make('ann');
    expect(listTokens(parts).tokens.map(({ name }) => name)).toEqual(['ann']);
  });
});
