import { sshSigner } from '../../../../../hub/keys/sshsig.ts';
import { newSeed, signerOf } from '../../../../../shared/wire/envelope.ts';
import { openLedger, type Ledger } from '../../../../../hub/store/ledger/ledger.ts';
import { changesBetween } from '../../../../../hub/model/changes.ts';
import type { ClusterRecord } from '../../../../../hub/model/registry.ts';
import type { SeenDocument } from '../../../../../hub/model/seen-documents.ts';
import type { Slices } from '../../../../../hub/model/state.ts';
import type { View } from '../../../../../hub/model/store.ts';
import type { RevisionRecord } from '../../../../../hub/model/fleet.ts';
import type { ObjectStore } from '../../../../../hub/model/objects.ts';

export const channel = '11111111-1111-4111-8111-111111111111';
export const at = Date.UTC(2026, 0, 1);

/** A hub key: the seed, what signs with it, and the public half. */
export function hubKey(seed = newSeed()) {
  const signer = signerOf(seed);
  return { seed, signer, sign: sshSigner(seed), publicKey: signer.publicKey };
}

export function ledgerOf(store: ObjectStore, key: ReturnType<typeof hubKey>, trusted = [key.publicKey]): Ledger {
  return openLedger({ store, sign: key.sign, trusted, channel });
}

export function record(name: string, more: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    name,
    registration: `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(-12)}`,
    labels: { env: 'prod' },
    capabilities: { istio: true },
    joinedAt: '2026-01-01T00:00:00Z',
    agentKey: null,
    token: null,
    reports: true,
    revoked: false,
    decommission: null,
    ...more,
  };
}

export function seen(key: string, value: unknown = { spec: 1 }): SeenDocument {
  return { kind: 'Application', key, place: { path: 'app.yaml', line: 1, column: 1 }, value, missing: null };
}

export function revisionRecord(app: string, number: number): RevisionRecord {
  const name = app.split('/')[1] ?? '';
  return {
    app,
    number,
    name: `${name}-v${number}`,
    specDigest: `digest-${number}`,
    commit: 'c0ffee',
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name },
      spec: { components: [{ name: 'web', type: 'webservice', properties: { image: `web:${number}` } }] },
    },
    definitions: {},
    files: {},
  };
}

/** Commits whole slices on top of a view, at a fixed time. */
export function commitTo(ledger: Ledger, view: View, slices: Partial<Slices>, message = 'a change'): Promise<View> {
  return ledger.commit({ base: view.base, changes: changesBetween(view, slices), message, at });
}

/** The registry of a view with more clusters. */
export const withClusters = ({ clusters }: View, ...records: readonly ClusterRecord[]): Pick<Slices, 'clusters'> => ({
  clusters: new Map([...clusters, ...records.map((one): [string, ClusterRecord] => [one.name, one])]),
});
