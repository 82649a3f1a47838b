import type { Digest } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Code } from '../../shared/errors.ts';
import { bundleFiles } from '../../shared/wire/bundle.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Contents } from '../model/contents.ts';
import type { AgentState } from '../model/inventory.ts';
import type { Kept } from '../model/kept.ts';
import type { Mode } from '../model/mode.ts';
import type { ServedObject } from '../model/served.ts';

/** What the agent remembers of its channel between passes. */
export interface ChannelMemory {
  /** The bundle that was accepted last; null before the first. */
  bundle: VerifiedBundle | null;
  /** The started bundle, while a newer one is accepted and has not started. */
  started: VerifiedBundle | null;
  /** The bundle before the started one, where a restart came before what runs was kept anew. */
  earlier: VerifiedBundle | null;
  /** What else served when the started bundle started, as the cluster kept it: known after a restart alone. */
  served: Kept['served'];
  /** True once it was seen to that the started bundle is at hand, as far as the cluster kept it. */
  isRestored: boolean;
  /** The channel may have something new. */
  isPullDue: boolean;
  /** Pulls that failed in a row. */
  pullFailures: number;
  /** Why the last pull brought no bundle that can be trusted; null when it did, or found nothing new. */
  fault: { readonly code: Code; readonly message: string } | null;
  /** The fault that the log tells of; null when there is none. */
  said: Code | null;
}

/** The memory of an agent that has pulled nothing yet. */
export function newChannelMemory(): ChannelMemory {
  return {
    bundle: null,
    started: null,
    earlier: null,
    served: new Map(),
    isRestored: false,
    isPullDue: true,
    pullFailures: 0,
    fault: null,
    said: null,
  };
}

/** Makes the next pass pull. */
export function requestPull(channel: ChannelMemory): void {
  channel.isPullDue = true;
}

/**
 * The bundle that the state object's mark names: its objects may be repaired while a newer bundle waits. It is the accepted one,
 * or the one before it; null when neither is, as after a restart where nothing of it was kept.
 */
export function startedBundle(
  { bundle, started }: Pick<ChannelMemory, 'bundle' | 'started'>,
  state: Pick<AgentState, 'mark'> | null,
): VerifiedBundle | null {
  const digest = state?.mark?.revisionDigest;
  return [bundle, started].find((one) => one !== null && one.mark.revisionDigest === digest) ?? null;
}

/** What a restart left of the bundles before the accepted one, with the ids that objects have here. */
export function restored(
  { started, earlier, served }: Pick<ChannelMemory, 'started' | 'earlier' | 'served'>,
  located: (bundle: VerifiedBundle) => VerifiedBundle,
): { readonly started: VerifiedBundle | null; readonly served: Kept['served'] } {
  const before = started ?? earlier;
  return { started: before === null ? null : located(before), served };
}

/** The bundle whose objects may be written: the accepted one, or the started one while the accepted one may not start. */
export function bundleToApply(facts: {
  readonly channel: Pick<ChannelMemory, 'bundle' | 'started'>;
  readonly bundle: VerifiedBundle;
  readonly state: Pick<AgentState, 'mark'> | null;
  readonly mode: Pick<Mode, 'mayChange'>;
}): VerifiedBundle {
  const { channel, bundle, state, mode } = facts;
  return mode.mayChange ? bundle : (startedBundle(channel, state) ?? servingBundle(bundle));
}

const serving = new WeakMap<VerifiedBundle, VerifiedBundle>();

/** The bundle with the contents that serve until its own do, where it says them: what is repaired while it may not start. */
export function servingBundle(bundle: VerifiedBundle): VerifiedBundle {
  const { apps } = bundle.revision;
  if (apps.every(({ from }) => from === undefined)) return bundle;
  const known = serving.get(bundle);
  if (known !== undefined) return known;
  const served = apps.map((app) => (app.from === undefined ? app : { ...app, ...app.from }));
  const made: VerifiedBundle = { ...bundle, revision: { ...bundle.revision, apps: served } };
  serving.set(bundle, made);
  return made;
}

/** The text of an object of the accepted or the started bundle, or of what else serves; null when it must be fetched again. */
export function objectText(
  { bundle, started }: Pick<ChannelMemory, 'bundle' | 'started'>,
  contents: Pick<Contents, 'read'>,
  digest: Digest,
): string | null {
  const text = bundle?.objectText(digest) ?? started?.objectText(digest);
  if (text !== undefined && text !== null) return text;
  const bytes = contents.read(digest);
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

/** True for a file of an object of the accepted bundle. */
export function isNamed({ bundle }: Pick<ChannelMemory, 'bundle'>, digest: Digest): boolean {
  return bundle !== null && namedFiles(bundle.revision).has(digest);
}

const namedFiles = oncePerValue(
  (revision: VerifiedBundle['revision']): ReadonlySet<Digest> =>
    new Set(bundleFiles(revision).map(({ digest }) => digest)),
);

/** The files that may be needed again: of these bundles, of those that may still be repaired, and of what else serves. */
export function wantedFiles(
  { bundle, started, earlier, served }: Pick<ChannelMemory, 'bundle' | 'started' | 'earlier' | 'served'>,
  others: { readonly previous: VerifiedBundle | null; readonly serving: ReadonlyMap<ObjectId, ServedObject> },
): ReadonlySet<Digest> {
  const bundles = [bundle, started, earlier, others.previous];
  return new Set([
    ...bundles.flatMap((one) => (one === null ? [] : bundleFiles(one.revision).map(({ digest }) => digest))),
    ...[...served.values(), ...others.serving.values()].map(({ digest }) => digest),
  ]);
}
