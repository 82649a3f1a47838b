import { describe, expect, it } from 'vitest';
import { providerNames, providerOf, providerOfKind, trafficProviders } from '../../../../shared/model/traffic.ts';
import { groupKind } from '../../../../shared/model/object.ts';

describe('the table of traffic providers', () => {
  it('is chosen from in this order by provider: auto', () => {
    expect(providerNames).toEqual(['istio', 'gateway-api', 'ingress']);
  });

  it('names each provider and each kind once', () => {
    const kinds = trafficProviders.map(({ group, kind }) => groupKind(group, kind));
    expect(new Set(providerNames).size).toBe(trafficProviders.length);
    expect(new Set(kinds).size).toBe(trafficProviders.length);
  });

  it.each(trafficProviders)('finds $name by its name and by its kind', (row) => {
    expect(providerOf(row.name)).toBe(row);
    expect(providerOfKind(groupKind(row.group, row.kind))).toBe(row);
  });

  it.each(trafficProviders)('lets only other versions stand in for the $version of $kind', (row) => {
    expect(row.olderVersions).not.toContain(row.version);
  });

  it('has no provider for a kind that leads no traffic', () => {
    expect(providerOfKind('/Service')).toBeNull();
    expect(providerOfKind('networking.k8s.io/IngressClass')).toBeNull();
  });
});
