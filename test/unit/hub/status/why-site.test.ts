import { describe, expect, it } from 'vitest';
import type { WhyFacts } from '../../../../hub/status/why-facts.ts';
import { appliedStop, fetchedStop, healthyStop, siteStop, verifiedStop } from '../../../../hub/status/why-site.ts';
import { enrolledCluster, now } from '../../../fixtures/hub/status.ts';

const facts: WhyFacts = {
  ...{ unit: 'default/web', cluster: 'prod', commit: 'c', newest: 'web-v1', hasDocument: true, unread: null },
  ...{ holds: [], rollout: null, record: enrolledCluster('prod'), row: undefined, received: undefined },
  ...{ stale: false, now },
};

describe('what the site says of a unit', () => {
  it('is nothing for as long as no report came', () => {
    expect(fetchedStop(facts)?.reason).toBe('no report yet');
    const others = [verifiedStop, siteStop, appliedStop, healthyStop].map((stop) => stop(facts));
    expect(others).toEqual([null, null, null, null]);
  });

  it('is not asked of a registration that is refused, or reports nothing', () => {
    const revoked = enrolledCluster('prod', { revoked: true, reports: false });
    expect(fetchedStop({ ...facts, record: revoked })?.mend).toBe('sluice-hub cluster join prod --rekey');
    expect(fetchedStop({ ...facts, record: { ...revoked, revoked: false } })?.reason).toMatch(
      /^joined without reports/,
    );
  });
});
