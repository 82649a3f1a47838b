import { docKey, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { Site } from '../model/fleet.ts';
import type { Steps } from '../model/reporter.ts';
import { rolloutSettings, waveName, type RolloutNumbers } from '../model/rollout.ts';
import { similar } from '../model/similar.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import { unmatchedLabels } from '../../shared/model/selector.ts';
import { emptyWords } from './empty.ts';
import type { PlaceInput } from './types.ts';

/** Where the waves of a rollout are written. */
interface WrittenWaves extends Pick<RolloutNumbers, 'waves'> {
  /** Of the rollout. */
  readonly path: Steps;
}

type Said = Pick<Problem, 'code' | 'message' | 'hint' | 'severity'>;

// Neither a document nor a list of clusters ever changes.
const known = oncePerValue<PlaceInput['targets'], WeakMap<object, readonly Problem[]>>(() => new WeakMap());

/**
 * Warns of waves that say which clusters are in them, where one of these is not there (REFERENCE_NOT_FOUND), or none is (PLACEMENT_EMPTY): such
 * a wave waits. It is no more than a warning, because the cluster may come. Pure.
 */
export function emptyWaves({ fleet, targets }: Pick<PlaceInput, 'fleet' | 'targets'>): readonly Problem[] {
  const found = known(targets);
  return [...fleet.deployments, ...fleet.applications].flatMap(({ doc, locate }) => {
    const problems = found.get(doc) ?? problemsOf({ doc, locate }, targets);
    found.set(doc, problems);
    return problems;
  });
}

type Document = Pick<Sourced<Application | ApplicationDeployment>, 'doc' | 'locate'>;

function problemsOf({ doc, locate }: Document, targets: readonly Site[]): readonly Problem[] {
  const said = wavesIn(doc).flatMap((written) => emptyIn(written, targets));
  return said.map(({ path, facts }) => ({ ...facts, app: docKey(doc), place: locate(path) }));
}

function wavesIn({ spec }: Document['doc']): readonly WrittenWaves[] {
  if (!('components' in spec)) return [{ waves: spec.rollout?.waves, path: ['spec', 'rollout'] }];
  return (spec.policies ?? []).flatMap(({ type, properties }, index) => {
    const read = type === 'rollout' ? rolloutSettings.safeParse(properties ?? {}) : null;
    return read?.success === true ? [{ waves: read.data.waves, path: ['spec', 'policies', index, 'properties'] }] : [];
  });
}

function emptyIn(
  { waves = [], path }: WrittenWaves,
  targets: readonly Site[],
): readonly { readonly path: Steps; readonly facts: Said }[] {
  return waves.flatMap(({ clusters: { names = [], labels = {} } = {}, allowEmpty, ...wave }, index) => {
    if (allowEmpty === true) return [];
    const [name, at] = [waveName(wave, index), [...path, 'waves', index, 'clusters']];
    const known = targets.map((target) => target.name);
    const named = names.length === 0 ? targets : targets.filter((target) => names.includes(target.name));
    const what = `the wave ${name} ${named.length === 0 ? 'waits' : 'goes without it'}`;
    const unknown = names.flatMap((one, place) =>
      known.includes(one) ? [] : [{ path: [...at, 'names', place], facts: unknownCluster(one, what, known) }],
    );
    if (unknown.length > 0 || isInSome(labels, named)) return unknown;
    const { message, hint } = emptyWords({ labels }, named);
    const words = `${message}${names.length === 0 ? '' : ' of those that it names'}: the wave ${name} waits`;
    return [{ path: [...at, 'labels'], facts: { code: 'PLACEMENT_EMPTY', severity: 'warning', message: words, hint } }];
  });
}

function unknownCluster(cluster: string, what: string, known: readonly string[]): Said {
  const meant = similar(cluster, known);
  const hint = meant === undefined ? 'see: sluice-hub cluster list' : `did you mean ${meant}?`;
  const message = `there is no cluster ${cluster}: ${what}`;
  return { code: 'REFERENCE_NOT_FOUND', severity: 'warning', message, hint };
}

/** True where a cluster has the labels, and where only sites know whether one has. */
function isInSome(labels: Readonly<Record<string, string>>, targets: readonly Site[]): boolean {
  const keys = Object.keys(labels);
  if (keys.length === 0 || keys.some((key) => key.startsWith(siteLabelPrefix))) return true;
  return targets.some((target) => unmatchedLabels(labels, target.labels).length === 0);
}
