import { canonicalJson } from '../../shared/lib/canonical.ts';
import { readsContext, readsContextByName } from '../cue/program.ts';
import { clusterVersionOf } from '../model/cluster-version.ts';
import type { RevisionRecord, Target } from '../model/fleet.ts';

/** The members of the context that are of the cluster, as far as the templates of a revision read them. */
export type ClusterValues = Readonly<Record<string, unknown>>;

const members = ['cluster', 'clusterLabels', 'clusterVersion'] as const;

type Member = (typeof members)[number];

const noValues: ClusterValues = {};
const read = new WeakMap<RevisionRecord, readonly Member[]>();

/** The members that the templates of a revision read: most read none, and are rendered once for all clusters. */
function membersReadBy(record: RevisionRecord): readonly Member[] {
  const known = read.get(record);
  if (known !== undefined) return known;
  const templates = Object.values(record.definitions).map(({ template }) => template);
  const found = members.filter((member) => templates.some((template) => readsContext(template, member)));
  read.set(record, found);
  return found;
}

/**
 * What a revision reads of a cluster; null while a template asks for the version and the agent has not reported it. A template that
 * takes its context as a whole asks for none.
 */
export function clusterValues(record: RevisionRecord, target: Omit<Target, 'capabilities'>): ClusterValues | null {
  const wanted = membersReadBy(record);
  if (wanted.length === 0) return noValues;
  const version = clusterVersionOf(target.kubernetes ?? '');
  if (version === null && asksForVersion(record)) return null;
  const all: Readonly<Record<Member, unknown>> = {
    cluster: target.name,
    clusterLabels: target.labels,
    clusterVersion: version ?? undefined,
  };
  const known = wanted.filter((member) => all[member] !== undefined);
  return Object.fromEntries(known.map((member) => [member, all[member]] as const));
}

/** Names the values: clusters where they are the same have a revision rendered once for all. */
export function valuesKey(values: ClusterValues): string {
  return values === noValues ? '' : canonicalJson(values);
}

function asksForVersion({ definitions }: RevisionRecord): boolean {
  return Object.values(definitions).some(({ template }) => readsContextByName(template, 'clusterVersion'));
}
