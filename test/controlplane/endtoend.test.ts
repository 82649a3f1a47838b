import { describe } from 'vitest';
import { canRunReleases, describeJourneys } from './endtoend.ts';
import { profiles } from './profiles.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('a hub, and two real API servers', (binaries) => {
  describe.skipIf(!canRunReleases)('with the profiles namespaced and scoped', () => {
    describeJourneys(
      [
        { name: 'site-1', profile: profiles.namespaced },
        { name: 'site-2', profile: profiles.scoped },
      ],
      binaries,
    );
  });
  describe.skipIf(!canRunReleases)('with the options of namespaced, and cluster-admin', () => {
    describeJourneys(
      [
        { name: 'site-1', profile: profiles.permissive },
        { name: 'site-2', profile: profiles['cluster-admin'] },
      ],
      binaries,
    );
  });
});
