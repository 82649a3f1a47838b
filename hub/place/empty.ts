import type { ClusterSelector } from '../model/documents.ts';
import type { Site } from '../model/fleet.ts';
import { similar } from '../model/similar.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import { unmatchedLabels } from '../../shared/model/selector.ts';

/** Clusters and values that a hint lists at most. */
const shown = 5;

/** What a selector that matches no cluster asks for, and which cluster or label comes nearest to it. */
export function emptyWords(
  { labels = {}, name }: Pick<ClusterSelector, 'labels' | 'name'>,
  targets: readonly Site[],
): { readonly message: string; readonly hint: string } {
  // What only a site sets is its agent's to check.
  const wanted = Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(siteLabelPrefix)));
  const pairs = Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
  const asked = [name === undefined ? '' : `is named ${name}`, pairs.length === 0 ? '' : `has ${pairs.join(', ')}`];
  const what = asked.filter((part) => part !== '').join(' and ') || 'has joined';
  const nearest = targets.length === 0 ? 'none has joined yet' : nearestTo({ wanted, name }, targets);
  return { message: `no cluster ${what}`, hint: `${nearest}; see: sluice-hub cluster list` };
}

function nearestTo(
  { wanted, name }: { readonly wanted: Readonly<Record<string, string>>; readonly name: string | undefined },
  targets: readonly Site[],
): string {
  const named = targets.find((target) => target.name === name);
  if (name !== undefined && named === undefined) {
    const names = targets.map((target) => target.name);
    const meant = similar(name, names);
    return meant === undefined ? `there are ${listed(names)}` : `did you mean ${meant}?`;
  }
  const lacks = (target: Site) => unmatchedLabels(wanted, target.labels);
  const [best] = named === undefined ? [...targets].sort((a, b) => lacks(a).length - lacks(b).length) : [named];
  if (best === undefined) return 'none has joined yet';
  const [missing = ''] = lacks(best);
  const key = missing.slice(0, missing.indexOf('='));
  const values = [...new Set(targets.flatMap(({ labels }) => labels[key] ?? []))].sort();
  const own = best.labels[key];
  if (own !== undefined) return `nearest: ${best.name}, which has ${key}=${own} (${key} is ${listed(values)} here)`;
  if (values.length > 0) return `nearest: ${best.name}, which has no label ${key} (elsewhere it is ${listed(values)})`;
  const keys = [...new Set(targets.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const meant = similar(key, keys);
  const others = keys.length === 0 ? 'no cluster has any' : `labels are ${listed(keys)}`;
  return `no cluster has a label ${key}: ${meant === undefined ? others : `did you mean ${meant}?`}`;
}

function listed(words: readonly string[]): string {
  const more = words.length > shown ? ` and ${words.length - shown} more` : '';
  return `${words.slice(0, shown).join(', ')}${more}`;
}
