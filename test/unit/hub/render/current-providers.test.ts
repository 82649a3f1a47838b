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
});
