import { randomUUID } from 'node:crypto';
import { newSeed, signerOf } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { joinLine } from '../../shared/wire/join.ts';
import type { Answer, Input } from '../api/routes.ts';
import { join } from '../registry/join.ts';
import type { HubParts } from './parts.ts';

/** How long the token of a join line can be used. */
const tokenMs = 3_600_000;

type JoinParts = Pick<
  HubParts,
  'change' | 'clock' | 'channelId' | 'channelUrl' | 'publicUrl' | 'rootFingerprint' | 'onRevoked'
>;

/**
 * Registers a cluster, or opens a new token for one whose agent never enrolled or is to get a new key, and answers the join line.
 * Throws EXISTS for a cluster that has an agent and is not to be replaced, and CONFIG_INVALID for a site's label.
 */
export async function joinCluster(parts: JoinParts, input: Input<'join'>): Promise<Answer<'join'>> {
  const seed = newSeed();
  const now = parts.clock.now();
  const expires = new Date(now + tokenMs).toISOString();
  const token = { publicKey: signerOf(seed).publicKey, expires };
  const mint = { registration: randomUUID(), token, now: new Date(now).toISOString() };
  const { record, minimumGeneration, former } = await parts.change(`join ${input.name}`, 'registry', (state) => {
    const joined = join(state, input, mint);
    return { ...joined, result: { ...joined.result, former: state.clusters.get(input.name)?.registration } };
  });
  const { name, registration } = record;
  // The agent of a registration that was given up is refused from now on: its stream ends.
  if (former !== undefined && former !== registration) parts.onRevoked(former);
  const line = joinLine({
    channel: parts.channelId,
    url: pullUrl(parts, input),
    hub: input.reports ? parts.publicUrl() : null,
    registration,
    cluster: name,
    rootFingerprint: parts.rootFingerprint,
    minimumGeneration,
    token: seed,
    expires,
  });
  return { name, registration, line, expires };
}

/** Where the agent pulls: the address that was given, else the channel's Git host, else the hub by Git or feed. */
function pullUrl(
  { publicUrl, channelUrl }: Pick<JoinParts, 'publicUrl' | 'channelUrl'>,
  input: Pick<Input<'join'>, 'channelUrl' | 'transport'>,
): string {
  if (input.channelUrl !== null) return input.channelUrl;
  if (input.transport !== 'feed' && channelUrl !== null) return channelUrl;
  return input.transport === 'git' ? publicUrl() + feedPaths.git : `sluice+${publicUrl()}`;
}
