import { describe, expect, it } from 'vitest';
import { chooseProvider } from '../../../../../hub/render/traffic/choose.ts';
import type { ProviderName } from '../../../../../shared/model/traffic.ts';
import type { Capabilities, Traffic } from '../../../../../hub/model/documents.ts';

const all: Capabilities = { istio: true, 'gateway-api': { gateways: ['ns/gw'] }, ingress: true };
const bare: Capabilities = { 'gateway-api': true };
const named = (name: ProviderName) => expect.objectContaining({ name }) as unknown;
const provider = (name: ProviderName, better: ProviderName | null = null) => ({
  kind: 'provider',
  provider: named(name),
  better: better === null ? null : named(better),
});

describe('the provider of traffic', () => {
  it.each<[string, Traffic['provider'], Capabilities | null, ProviderName | null, object]>([
    ['is none when none is asked for', 'none', null, null, { kind: 'none' }],
    ['waits until something is known', 'auto', null, 'istio', { kind: 'unknown' }],
    ['is the best at first', 'auto', all, null, provider('istio')],
    ['leaves out what is not offered', 'auto', { ...all, istio: false }, null, provider('gateway-api')],
    ['stays while it is offered, and knows the better one', 'auto', all, 'ingress', provider('ingress', 'istio')],
    ['stays where it is the best', 'auto', all, 'istio', provider('istio')],
    ['moves on when it is gone', 'auto', { ingress: true }, 'istio', provider('ingress')],
    [
      'is what is named, whatever the traffic flows through now',
      'gateway-api',
      all,
      'ingress',
      provider('gateway-api'),
    ],
    ['is no Gateway API without a gateway', 'auto', { ...bare, ingress: true }, null, provider('ingress')],
    ['is Gateway API where there is nothing else, for its error', 'auto', bare, null, provider('gateway-api')],
    ['is missing when nothing is offered', 'auto', {}, 'istio', { kind: 'missing', offered: [] }],
    ['is missing when another is offered', 'istio', { ingress: true }, null, { kind: 'missing', offered: ['ingress'] }],
  ])('%s', (_case, wanted, capabilities, current, expected) => {
    expect(chooseProvider({ provider: wanted }, capabilities, current)).toEqual(expected);
  });

  it('is Gateway API where the deployment names a gateway itself', () => {
    const traffic: Pick<Traffic, 'provider' | 'gateways'> = { provider: 'auto', gateways: ['ns/gw'] };
    expect(chooseProvider(traffic, { ...bare, ingress: true })).toEqual(provider('gateway-api'));
  });
});
