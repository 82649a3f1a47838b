import { SluiceError, isSluiceError } from '../../shared/errors.ts';
import { kindFacts } from '../../shared/model/kinds.ts';
import { groupKind, type ObjectRef } from '../../shared/model/object.ts';
import { apiVersionOf } from './paths.ts';
import type { KubeResource } from '../model/kube.ts';
import type { Discovery } from './discovery.ts';

type Discover = (signal: AbortSignal) => Promise<Discovery>;

/** Kinds to resources, from a discovery that is kept until it is forgotten or turns out to lack a kind. */
export interface Mapping {
  readonly all: (signal: AbortSignal) => Promise<readonly KubeResource[]>;
  /**
   * The kind in the version that is asked for, else in an older one that may stand in for it (`olderVersions` of its
   * facts). Throws KIND_UNKNOWN when a fresh discovery does not have the kind either, UNAVAILABLE where its group does not answer.
   */
  readonly find: (
    ref: Pick<ObjectRef, 'group' | 'kind'>,
    signal: AbortSignal,
    version?: string,
  ) => Promise<KubeResource>;
  readonly forget: () => void;
}

/** Opens an empty mapping; callers at the same time share one discovery. */
export function openMapping(discover: Discover): Mapping {
  let known: { readonly index: Promise<Index> } | undefined;

  const indexOf = async (signal: AbortSignal): Promise<Index> => {
    const mine = (known ??= { index: discover(signal).then(makeIndex) });
    try {
      return await mine.index;
    } catch (error) {
      if (known === mine) known = undefined;
      // Another caller's request was given up, not ours.
      if (isSluiceError(error, 'ABORTED') && !signal.aborted) return await indexOf(signal);
      throw error;
    }
  };

  return {
    all: async (signal) => (await indexOf(signal)).all,
    forget: () => {
      known = undefined;
    },
    find: async (ref, signal, version) => {
      const before = known;
      const first = pick(await indexOf(signal), ref, version);
      if (first !== undefined) return first;
      if (before !== undefined && known === before) known = undefined;
      const second = before === undefined ? undefined : pick(await indexOf(signal), ref, version);
      if (second !== undefined) return second;
      throw notServed(await indexOf(signal), ref, version);
    },
  };
}

/** Why a kind has no resource: its group does not answer or names nothing, only other versions are served, or it is not known at all. */
function notServed(
  { silent, byKind }: Index,
  { group, kind }: Pick<ObjectRef, 'group' | 'kind'>,
  version: string | undefined,
): SluiceError {
  const subject = [group, version, kind].filter((part) => part !== undefined && part !== '').join('/');
  if (silent.has(group)) {
    const message = `the API ${group} does not answer, or names no resource: its API server is down, or just starts`;
    return new SluiceError('UNAVAILABLE', message, { subject });
  }
  const others = [...new Set((byKind.get(groupKind(group, kind)) ?? []).map(apiVersionOf))];
  if (others.length === 0) {
    return new SluiceError('KIND_UNKNOWN', 'the cluster does not serve this kind', {
      subject,
      hint: 'install its CustomResourceDefinition',
    });
  }
  const asked = group === '' ? version : `${group}/${version ?? ''}`;
  const message = `the cluster serves ${kind} as ${others.join(', ')}, not as ${asked ?? ''}`;
  return new SluiceError('KIND_UNKNOWN', message, { subject, hint: `write apiVersion: ${others[0] ?? ''}` });
}

interface Index {
  readonly all: readonly KubeResource[];
  readonly silent: ReadonlySet<string>;
  readonly byKind: ReadonlyMap<string, readonly KubeResource[]>;
}

function makeIndex({ resources: all, silent }: Discovery): Index {
  const byKind = new Map<string, KubeResource[]>();
  for (const resource of all) {
    const key = `${resource.group}/${resource.kind}`;
    const found = byKind.get(key);
    if (found === undefined) byKind.set(key, [resource]);
    else found.push(resource);
  }
  return { all, byKind, silent };
}

/** The resource in the version that is asked for, or in one that stands in for it; without one, in the server's favourite. */
function pick(
  { byKind }: Index,
  { group, kind }: Pick<ObjectRef, 'group' | 'kind'>,
  version?: string,
): KubeResource | undefined {
  const name = groupKind(group, kind);
  const all = byKind.get(name) ?? [];
  if (version === undefined) return listable(all);
  for (const one of [version, ...kindFacts(name).olderVersions]) {
    const found = listable(all.filter((resource) => resource.version === one));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Two resources of one kind exist where one is a mere verb (no list); what can be listed is the one that is meant. */
function listable(candidates: readonly KubeResource[]): KubeResource | undefined {
  return candidates.find(({ verbs }) => verbs.includes('list')) ?? candidates[0];
}
