import type { PublishedBundle } from '../model/published-bundle.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { isSameRendering } from './entry.ts';
import type { ClusterInput } from './input.ts';

/** What one cluster is planned from, before anything is encoded. */
export type UnencodedInput = Omit<ClusterInput, 'rendered'> & { readonly apps: readonly RenderedApp[] };

type Kept = readonly [inputs: readonly unknown[], apps: readonly RenderedApp[]];

// By the bundle that is published: a plan that comes to nothing leaves it as it is.
const known = new WeakMap<PublishedBundle, Kept>();

/**
 * True where a cluster was planned from the very same before, and nothing came of it: neither a bundle nor a hold. A plan of a
 * fleet then costs what changed. What is held, leaves, or waits for something is always planned.
 */
export function isUnchanged(input: UnencodedInput): boolean {
  const bundle = bundleOf(input);
  const kept = bundle === undefined ? undefined : known.get(bundle);
  if (kept === undefined || !isAtRest(input)) return false;
  const [inputs, apps] = kept;
  return (
    inputsOf(input).every((value, index) => value === inputs[index]) &&
    apps.length === input.apps.length &&
    apps.every((app, index) => isSameRendering(app, input.apps[index] as RenderedApp))
  );
}

/** Remembers that nothing came of a plan from this. */
export function rememberUnchanged(input: UnencodedInput): void {
  const bundle = bundleOf(input);
  if (bundle !== undefined && isAtRest(input)) known.set(bundle, [inputsOf(input), input.apps]);
}

function bundleOf({ state, record }: UnencodedInput): PublishedBundle | undefined {
  return state.bundles.get(record.name);
}

// What departs is in the bundle and not rendered any more: the plan before either held it, or was made from other applications.
function isAtRest({ held, again, mustSignAgain }: UnencodedInput): boolean {
  return held.size === 0 && again.length === 0 && !mustSignAgain;
}

function inputsOf({ state, record, labels, report, directives }: UnencodedInput): readonly unknown[] {
  // Directives are made anew with each pass.
  const told = directives.size === 0 ? '' : JSON.stringify([...directives]);
  return [state.channel, state.epoch, record, labels, report, told];
}
