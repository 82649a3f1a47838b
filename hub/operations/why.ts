import { SluiceError } from '../../shared/errors.ts';
import { inSlices } from '../../shared/lib/slices.ts';
import type { Answer, Input } from '../api/routes.ts';
import { applicationsOf, assertKnown } from '../status/known.ts';
import { askingWhy } from '../status/why-fleet.ts';
import type { HubParts } from './parts.ts';
import { listRollouts } from './rollouts.ts';
import { statusFacts } from './status.ts';

type WhyParts = Parameters<typeof statusFacts>[0] & Pick<HubParts, 'progress'>;

/** Where an application stops, on one cluster or on all. Throws USAGE for a name that is not known, or is not the name of one. */
export async function why(parts: WhyParts, { app, cluster }: Input<'why'>): Promise<Answer<'why'>> {
  const facts = statusFacts(parts);
  const { state } = facts;
  assertKnown(state, { app, cluster });
  const named = applicationsOf(state).filter((key) => key === app || key.slice(key.indexOf('/') + 1) === app);
  const apps = [...new Set(named.map((key) => key.split('@', 1)[0] ?? key))];
  const [only, ...more] = apps;
  if (only === undefined || more.length > 0) {
    const hint = apps.length === 0 ? 'give its name' : `one of: ${apps.join(', ')}`;
    throw new SluiceError('USAGE', 'this is not the name of one application', { subject: app ?? '', hint });
  }
  const rollout = listRollouts(parts, { app: only }).rollouts[0] ?? null;
  return inSlices(askingWhy(facts, { app: only, cluster: cluster ?? null, rollout }));
}
