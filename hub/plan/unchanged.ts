import type { PublishedBundle } from '../model/published-bundle.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { isSameRendering } from './entry.ts';
import type { ClusterInput } from './input.ts';

/** What one cluster is planned from, before anything is encoded, and before it is asked why something leaves. */
export type UnencodedInput = Omit<ClusterInput, 'rendered' | 'departures'> & { readonly apps: readonly RenderedApp[] };

type Kept = readonly [inputs: readonly unknown[], apps: readonly RenderedApp[]];

// By the bundle that is published: a plan that comes to nothing leaves it as it is.
const known = new WeakMap<PublishedBundle, Kept>();

/**
 * True where a cluster was planned from the very same before, and nothing came of it: neither a bundle nor a hold. A plan of a
 * fleet then costs what changed. What leaves, or waits for something that only a plan finds, is always planned; what other stages hold is
 * at rest for as long as they hold the very same.
 */
export function isUnchanged(input: UnencodedInput): boolean {
  const bundle = bundleOf(input);
  const kept = bundle === undefined ? undefined : known.get(bundle);
  if (kept === undefined || !isAtRest(input)) return false;
  const [inputs, apps] = kept;
  return areSame(inputsOf(input), inputs) && (apps === input.apps || areSameRenderings(apps, input.apps));
}

function areSameRenderings(a: readonly RenderedApp[], b: readonly RenderedApp[]): boolean {
  return a.length === b.length && a.every((app, index) => isSameRendering(app, b[index] as RenderedApp));
}

/** Remembers that nothing came of a plan from this; false where it is to be planned each time all the same. */
export function rememberUnchanged(input: UnencodedInput): boolean {
  const bundle = bundleOf(input);
  if (bundle === undefined || !isAtRest(input)) return false;
  known.set(bundle, [inputsOf(input), input.apps]);
  return true;
}

function bundleOf({ state, record }: UnencodedInput): PublishedBundle | undefined {
  return state.bundles.get(record.name);
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

// What departs is in the bundle and not rendered any more: another stage held it before, or the plan was made from other applications.
function isAtRest({ again, mustSignAgain }: UnencodedInput): boolean {
  return again.length === 0 && !mustSignAgain;
}

function inputsOf(input: UnencodedInput): readonly unknown[] {
  const { state, record, labels, report, held, directives, takenBack, asked } = input;
  // What deliveries say, and what is asked of what stays, is made anew with each pass.
  const said = [directives, takenBack ?? [], asked ?? []].map((one) => [...one]);
  const told = said.some(({ length }) => length > 0) ? JSON.stringify(said) : '';
  return [state.channel, state.epoch, record, labels, heldText(held), told, ...saidIn(report)];
}

// All that a plan reads of a report. A heartbeat says it again, and is another report.
function saidIn(report: UnencodedInput['report']): readonly unknown[] {
  if (report === null) return [];
  const { registration, accepted, settled, conditions, apps, retired } = report;
  return [registration, accepted, settled, conditions, apps, retired];
}

function heldText(held: ReadonlySet<string>): string {
  return held.size === 0 ? '' : [...held].sort().join(' ');
}
