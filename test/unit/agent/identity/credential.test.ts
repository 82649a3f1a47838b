import { describe, expect, it } from 'vitest';
import { agentAuthorization } from '../../../../agent/identity/credential.ts';
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
    ['is used again', 7, true],
    ['is made anew two minutes before it runs out', 8.1, false],
    ['is made anew when the clock went back by more than its life', -11, false],
    ['is used again when the clock went back a little', -9, true],
  ])('%s', (_, minutes, isSame) => {
    const { clock, header } = world();
    const first = header();
    clock.move(minutes * minute);
    expect(header() === first).toBe(isSame);
  });

  it('is made anew when another key speaks for the registration', () => {
    const { header, speakAs } = world();
    const first = header();
    speakAs(own);
    expect(header()).not.toBe(first);
  });
});
