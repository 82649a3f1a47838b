import { whyLinks, type WhyChain } from '../api/why.ts';
import type { Rollout } from '../api/rollouts.ts';
import type { StatusRow } from '../api/status.ts';
import { holdKinds, type Holder } from '../model/hold.ts';
import type { ReceivedReport } from '../model/reports.ts';
import { ageText } from './age.ts';
import { holdStop, type Stop, type WhyFacts } from './why-facts.ts';
import { deliveryStop, placementStop, publishedStop, sourceStop } from './why-hub.ts';
import { appliedStop, fetchedStop, healthyStop, siteStop, verifiedStop } from './why-site.ts';

type LinkName = (typeof whyLinks)[number];

interface Link {
  /** Why it does not hold; null = it does. */
  readonly stop: (facts: WhyFacts) => Stop | null;
  /** What is known of it while it holds; may be empty. */
  readonly detail: (facts: WhyFacts) => string;
}

const otherHolders = (Object.keys(holdKinds) as Holder[]).filter(
  (by) => !['intake', 'document', 'placement', 'render', 'delivery'].includes(by),
);

const nothing = (): string => '';

/** The chain, a row for each link: what would stop it, and what there is to say while it holds. */
const links: { readonly [Name in LinkName]: Link } = {
  source: { stop: sourceStop, detail: ({ commit }) => `commit ${commit?.slice(0, 12) ?? ''}` },
  render: { stop: (facts) => holdStop(facts, ['render']), detail: ({ newest }) => newest ?? '' },
  placement: { stop: placementStop, detail: ({ cluster }) => cluster ?? '' },
  step: { stop: (facts) => deliveryStop(facts, 'step'), detail: ({ rollout }) => rolloutWords(rollout) },
  wave: { stop: (facts) => deliveryStop(facts, 'wave'), detail: nothing },
  hold: { stop: (facts) => holdStop(facts, otherHolders), detail: nothing },
  published: { stop: publishedStop, detail: ({ row }) => publishedWords(row) },
  fetched: { stop: fetchedStop, detail: ({ received, now }) => heardWords(received, now) },
  verified: { stop: verifiedStop, detail: nothing },
  site: { stop: siteStop, detail: nothing },
  applied: { stop: appliedStop, detail: nothing },
  healthy: { stop: healthyStop, detail: ({ row }) => row?.message ?? '' },
};

/** Looks at one link after the other: what does not hold first explains the others. Pure. */
export function whyOf(facts: WhyFacts): WhyChain {
  let stop: WhyChain['stop'] = null;
  const found = whyLinks.map((link): WhyChain['links'][number] => {
    if (stop !== null) return { link, holds: null, detail: '' };
    const own = links[link].stop(facts);
    if (own === null) return { link, holds: true, detail: links[link].detail(facts) };
    stop = { link, ...own };
    return { link, holds: false, detail: own.reason };
  });
  return { application: facts.unit, cluster: facts.cluster ?? '', links: found, stop };
}

function rolloutWords(rollout: Rollout | null): string {
  return rollout === null ? '' : `${rollout.name} ${rollout.phase}`;
}

function publishedWords(row: StatusRow | undefined): string {
  if (row === undefined) return '';
  return `generation ${row.generation}: ${row.revisions.map(({ name }) => name).join(', ')}`;
}

function heardWords(received: ReceivedReport | undefined, now: number): string {
  if (received === undefined) return '';
  return `heard from ${ageText(Math.max(0, Math.floor((now - received.receivedAt) / 1000)))} ago`;
}
