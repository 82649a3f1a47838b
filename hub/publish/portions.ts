import type { Changes } from '../model/changes.ts';
import type { NextBundle } from '../model/bundle.ts';
import type { View } from '../model/store.ts';
import { publish, type Published } from './publish.ts';
import type { PublishDeps } from './types.ts';

/** A change of the state, and the bundles that go with it as one commit after the other takes them. */
export interface PortionedChange {
  readonly view: View;
  readonly changes: Changes;
  /** At least one; the changes go with the first. */
  readonly portions: readonly (readonly NextBundle[])[];
  /** Why, as one line, of a commit with so many bundles. */
  readonly message: (bundles: number) => string;
}

/** What happens between two commits. */
export interface BetweenPortions {
  /** Called after each, as soon as the channel has its bundles. */
  readonly published: (published: Published) => Promise<void>;
  /** True when something else waits: the rest is planned again after it. */
  readonly isAwaited: () => boolean;
}

/** Publishes one portion after the other; what a crash or something more urgent leaves is planned again. */
export async function publishPortions(
  deps: PublishDeps,
  { view, changes, portions, message }: PortionedChange,
  between: BetweenPortions,
): Promise<Published & { readonly isWhole: boolean }> {
  const [first = [], ...others] = portions;
  let all = await publish(deps, { view, changes, next: first, message: message(first.length) });
  await between.published(all);
  for (const next of others) {
    if (between.isAwaited()) return { ...all, isWhole: false };
    const published = await publish(deps, { view: all.state, changes: {}, next, message: message(next.length) });
    await between.published(published);
    all = joined(all, published);
  }
  return { ...all, isWhole: true };
}

function joined(before: Published, last: Published): Published {
  return {
    kind: before.kind === 'committed' ? 'committed' : last.kind,
    state: last.state,
    clusters: [...before.clusters, ...last.clusters],
    moved: [...before.moved, ...last.moved],
    // The refs were all looked at again; what could not be published was told with its portion.
    problems: [
      ...new Map([...before.problems, ...last.problems].map((problem) => [problem.message, problem])).values(),
    ],
  };
}
