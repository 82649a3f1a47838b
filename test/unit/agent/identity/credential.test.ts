import { describe, expect, it } from 'vitest';
import { agentAuthorization } from '../../../../agent/identity/credential.ts';
import { createAuthenticate } from '../../../../hub/server/auth.ts';
import { enrolledCluster, stateOf } from '../../../fixtures/hub/status.ts';
import { manualClock } from '../../../fakes/agent.ts';
import { fixedSigner, identity } from '../../../fixtures/agent/bundle.ts';

const minute = 60_000;
const [token, own] = [fixedSigner('t'), fixedSigner('o')];

function world() {
  const clock = manualClock();
  let signer = token;
  const header = agentAuthorization(identity, () => signer, clock);
  return { clock, header, speakAs: (next: typeof token) => (signer = next) };
}

describe('the credential of the agent', () => {
  it('is a Basic header with the registration as user', () => {
    const { header } = world();
    const [scheme, text = ''] = header().split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(text, 'base64').toString().startsWith(`${identity.registration}:`)).toBe(true);
  });

  it.each<[rule: string, minutes: number, isSame: boolean]>([
    ['is used again', 2.9, true],
    ['is made anew three minutes before it runs out', 3.1, false],
    ['is made anew when the clock went back by more than its life', -11, false],
    ['is made anew when the clock went back a little, because it would be good for too long', -2, false],
  ])('%s', (_, minutes, isSame) => {
    const { clock, header } = world();
    const first = header();
    clock.move(minutes * minute);
    expect(header() === first).toBe(isSame);
  });

  it.each([
    ['five minutes ahead', 5],
    ['three minutes behind', -3],
  ])('is accepted at each moment of its use where its clock is %s', (_, minutes) => {
    const { clock, header } = world();
    const authenticate = createAuthenticate('an-admin-token');
    const { registration, channel } = identity;
    const state = {
      ...stateOf([{ ...enrolledCluster('prod', { agentKey: token.publicKey }), registration }]),
      channel,
    };
    for (let second = 0; second < 600; second += 5) {
      expect(authenticate(header(), state, clock.now() - minutes * minute).kind).toBe('agent');
      clock.move(5_000);
    }
  });

  it('is made anew when another key speaks for the registration', () => {
    const { header, speakAs } = world();
    const first = header();
    speakAs(own);
    expect(header()).not.toBe(first);
  });
});
