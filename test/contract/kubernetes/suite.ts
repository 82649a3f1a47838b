import { afterAll, beforeAll, describe } from 'vitest';
import { applyFacts } from './apply.ts';
import type { ContractBackend, ContractFeature, RunningBackend } from './backend.ts';
import { openContract } from './context.ts';
import type { Contract } from './context.ts';
import { controllerFacts } from './controllers.ts';
import { crdFacts } from './crd.ts';
import { deleteFacts } from './delete.ts';
import { discoveryFacts } from './discovery.ts';
import { driftFacts } from './drift.ts';
import { faultFacts } from './faults.ts';
import { identityFacts, roleFacts } from './identity.ts';
import { listFacts } from './list.ts';
import { scaleFacts } from './scale.ts';
import { shapeFacts } from './shapes.ts';
import { statusFacts } from './status.ts';
import { versionFacts } from './versions.ts';
import { watchFacts } from './watch.ts';

/** Registers tests; `at` is called inside them, when the server runs. */
export type Facts = (at: () => Contract) => void;

const groups: Readonly<Record<string, { readonly facts: Facts; readonly needs?: ContractFeature }>> = {
  'server-side apply': { facts: applyFacts },
  'the three request shapes': { facts: shapeFacts },
  'drift in metadata': { facts: driftFacts },
  deletion: { facts: deleteFacts },
  'the status subresource and generation': { facts: statusFacts },
  'the scale subresource': { facts: scaleFacts },
  lists: { facts: listFacts },
  watches: { facts: watchFacts },
  'custom resources': { facts: crdFacts },
  'kinds in an older version': { facts: versionFacts },
  discovery: { facts: discoveryFacts },
  'faults between client and server': { facts: faultFacts },
  roles: { facts: roleFacts, needs: 'rbac' },
  'service accounts': { facts: identityFacts, needs: 'service-accounts' },
  controllers: { facts: controllerFacts, needs: 'controllers' },
};

/** Registers everything that the agent relies on as tests of one backend. */
export function kubernetesContract(backend: ContractBackend): void {
  describe(`Kubernetes, as the agent relies on it: ${backend.name}`, () => {
    let running: RunningBackend | undefined;
    let contract: Contract | undefined;
    const at = (): Contract => {
      if (contract === undefined) throw new Error('the backend did not start');
      return contract;
    };
    beforeAll(async () => {
      running = await backend.start();
      contract = openContract(running.kubeconfig);
    });
    afterAll(async () => {
      contract?.close();
      await running?.stop();
    });
    for (const [title, { facts, needs }] of Object.entries(groups)) {
      describe.skipIf(needs !== undefined && backend.without?.includes(needs))(title, () => facts(at));
    }
  });
}
