import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { currentProviders } from '../../../../hub/render/current-providers.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

describe('the provider of the traffic of a unit', () => {
  const traffic = [{ provider: 'istio' as const, id: 'networking.istio.io/VirtualService/default/web', targets: [] }];
  const bundle = published('a', [bundleApp('web', { traffic }), bundleApp('plain')]);

  it('is the one that the present registration was sent', () => {
    expect([...currentProviders(stateOf([enrolledCluster('a')], [bundle]))]).toEqual([['default/web a', 'istio']]);
    const anew = enrolledCluster('a', { registration: registrationOf('b') });
    expect(currentProviders(stateOf([anew], [bundle])).size).toBe(0);
  });

  it('is in the very same mapping for as long as it says the same, and in another one once it does not', () => {
    const { clusters } = stateOf([enrolledCluster('a'), enrolledCluster('b')]);
    const at = (...bundles: (typeof bundle)[]) => currentProviders({ ...stateOf([], bundles), clusters });
    const first = at(bundle);
    expect(at({ ...bundle })).toBe(first);
    expect(at(bundle, published('b', [bundleApp('plain')]))).toBe(first);
    const other = published('a', [
      bundleApp('web', { traffic: [{ ...traffic[0], provider: 'ingress' as const }] as never }),
    ]);
    expect([...at(other)]).toEqual([['default/web a', 'ingress']]);
    expect(at().size).toBe(0);
  });
});
