import { describe } from 'vitest';
import { canRunReleases, describeJourneys } from './endtoend.ts';
import { profiles } from './profiles.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('a hub, and a real API server for each profile of its agents', (binaries) => {
  describe.skipIf(!canRunReleases)('', () => {
    describeJourneys(
      [
        // As the printed line has it.
        { name: 'site-1', profile: profiles.namespaced },
        { name: 'site-2', profile: profiles.scoped },
        { name: 'site-3', profile: profiles['cluster-admin'] },
      ],
      binaries,
    );
  });
});
