import { channel } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { createAuthenticate, isSameSecret } from '../../../../hub/server/auth.ts';
import { credentialText } from '../../../../shared/wire/credential.ts';
import { newSeed, signerOf, type Signer } from '../../../../shared/wire/envelope.ts';
import { enrolledCluster, now, stateOf } from '../../../fixtures/hub/status.ts';

const [agent, token, foreign] = [signerOf(newSeed()), signerOf(newSeed()), signerOf(newSeed())];
const minute = 60_000;
const prod = enrolledCluster('prod', { agentKey: agent.publicKey });
const waiting = enrolledCluster('waiting', {
  agentKey: null,
  token: { publicKey: token.publicKey, expires: new Date(now + 30 * minute).toISOString() },
});
const revoked = enrolledCluster('revoked', { agentKey: agent.publicKey, revoked: true });
const state = stateOf([prod, waiting, revoked]);

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const header = (registration: string, signer: Signer, expires: number) =>
  basic(registration, credentialText({ channel, registration, expires: new Date(expires).toISOString() }, signer));

describe('authentication', () => {
  const authenticate = createAuthenticate('an-admin-token');

  it.each([
    ['the admin token as a bearer', 'Bearer an-admin-token', null],
    ['the admin token as a password', basic('admin', 'an-admin-token'), null],
    ['a scheme in any case', 'bEARER an-admin-token', null],
    ['an agent', header(prod.registration, agent, now + 5 * minute), 'prod'],
    ['a token before its agent enrolled', header(waiting.registration, token, now + 5 * minute), 'waiting'],
    ['a clock that is a minute ahead', header(prod.registration, agent, now + 11 * minute), 'prod'],
  ])('accepts %s', (_, authorization, cluster) => {
    const caller = authenticate(authorization, state, now);
    expect(caller.kind === 'agent' ? caller.record.name : null).toBe(cluster);
  });

  it.each([
    ['no header', undefined],
    ['a wrong token', 'Bearer an-admin-tokem'],
    ['an empty token', 'Bearer '],
    ['a scheme that is not supported', 'Digest an-admin-token'],
    ['a password without a user', `Basic ${Buffer.from('an-admin-token').toString('base64')}`],
    ['a registration that does not exist', header(enrolledCluster('x').registration, agent, now + minute)],
    ['another key', header(prod.registration, foreign, now + minute)],
    ['a credential of another registration', basic(prod.registration, 'x')],
    ['a credential of another key that has expired', header(prod.registration, foreign, now)],
  ])('refuses %s', (_, authorization) => {
    expect(() => authenticate(authorization, state, now)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });

  it.each([
    ['has expired', 0, 'minutes behind'],
    ['was made by a clock that is hours behind', -90, 'hours behind'],
    ['is good for too long', 12, 'minutes ahead of'],
    ['was made by a clock that is days ahead', 3 * 1440, 'days ahead of'],
  ])(
    'tells an agent whose credential %s that the clocks differ, and not that its key is unknown',
    (_, minutes, words) => {
      const authorization = header(prod.registration, agent, now + minutes * minute);
      expect(() => authenticate(authorization, state, now)).toThrow(
        expect.objectContaining({ code: 'CLOCK_SKEW', message: expect.stringContaining(words) as string }),
      );
    },
  );

  it('tells a revoked agent so', () => {
    const authorization = header(revoked.registration, agent, now + minute);
    expect(() => authenticate(authorization, state, now)).toThrow(expect.objectContaining({ code: 'REVOKED' }));
  });

  it.each([
    ['expires', state, 6 * minute],
    ['belongs to a key that was replaced', stateOf([{ ...prod, agentKey: foreign.publicKey }]), 0],
    ['belongs to a revoked registration', stateOf([{ ...prod, revoked: true }]), 0],
  ])('does not accept a remembered credential that %s', (_, later, ms) => {
    const authorization = header(prod.registration, agent, now + 5 * minute);
    expect(authenticate(authorization, state, now).kind).toBe('agent');
    expect(() => authenticate(authorization, later, now + ms)).toThrow();
  });

  it('does not accept a token after its time', () => {
    const late = now + 31 * minute;
    const authorization = header(waiting.registration, token, late + minute);
    expect(() => authenticate(authorization, state, late)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
  });

  it('is impossible with an empty admin token', () => {
    expect(() => createAuthenticate('')('Bearer ', state, now)).toThrow();
    expect(isSameSecret('', '')).toBe(false);
  });
});
