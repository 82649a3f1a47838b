import { sshSigner } from '../../../../../hub/keys/sshsig.ts';
import { newSeed, signerOf } from '../../../../../shared/wire/envelope.ts';
import { openLedger } from '../../../../../hub/store/ledger/ledger.ts';
import type { ClusterRecord, Ledger, LedgerState, SeenDocument } from '../../../../../hub/model/ledger.ts';
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

export const withClusters = (state: LedgerState, ...records: readonly ClusterRecord[]): LedgerState => ({
  ...state,
  clusters: new Map([...state.clusters, ...records.map((each): [string, ClusterRecord] => [each.name, each])]),
});
