import { describe, expect, it } from 'vitest';
import { joinBody } from '../../../../hub/api/bodies.ts';
import { joinCluster } from '../../../../hub/operations/join.ts';
import type { HubParts } from '../../../../hub/operations/parts.ts';
import { signerOf } from '../../../../shared/wire/envelope.ts';
import { parseJoinLine } from '../../../../shared/wire/join.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { enrolledCluster, now, published, stateOf } from '../../../fixtures/hub/status.ts';

const scene = () => memoryHub(stateOf([enrolledCluster('old')], [published('old', [])]), now);

describe('joinCluster', () => {
  it('registers the cluster with the public half of the token that the join line has', async () => {
    const hub = await scene();
    const answer = await joinCluster(hub.parts, joinBody.parse({ name: 'new', labels: { usage: 'production' } }));
    const ticket = parseJoinLine(answer.line);
    const expires = new Date(now + 3_600_000).toISOString();
    expect(hub.state().clusters.get('new')).toMatchObject({
      registration: ticket.registration,
      labels: { usage: 'production' },
      token: { publicKey: signerOf(ticket.token).publicKey, expires },
    });
    expect(ticket).toMatchObject({ cluster: 'new', expires, minimumGeneration: 1, hub: 'https://hub.example' });
    expect(answer).toMatchObject({ name: 'new', registration: ticket.registration, expires });
    expect([hub.commits, hub.passes]).toEqual([['join new'], ['registry']]);
  });

  it('ends the stream of a registration that is replaced, and of no other', async () => {
    const hub = await scene();
    await joinCluster(hub.parts, joinBody.parse({ name: 'new' }));
    await joinCluster(hub.parts, joinBody.parse({ name: 'old', rekey: true }));
    expect(hub.revoked).toEqual([]);
    await joinCluster(hub.parts, joinBody.parse({ name: 'old', replace: true }));
    expect(hub.revoked).toEqual([enrolledCluster('old').registration]);
  });

  it('never puts the token into the state', async () => {
    const hub = await scene();
    const { line } = await joinCluster(hub.parts, joinBody.parse({ name: 'new' }));
    expect(JSON.stringify([...hub.state().clusters.values()])).not.toContain(parseJoinLine(line).token);
  });

  const git = 'https://git.example/channel.git';
  it.each<[string, object, Pick<HubParts, 'channelUrl'>, string]>([
    ['the feed where there is no Git host', {}, { channelUrl: null }, 'sluice+https://hub.example'],
    ['the Git host where there is one', {}, { channelUrl: git }, git],
    ['the Git host for git', { transport: 'git' }, { channelUrl: git }, git],
    ['the hub by Git without a host', { transport: 'git' }, { channelUrl: null }, 'https://hub.example/channel.git'],
    ['the feed that was asked for', { transport: 'feed' }, { channelUrl: git }, 'sluice+https://hub.example'],
    ['the address that was given', { channelUrl: 'file:///media/usb' }, { channelUrl: git }, 'file:///media/usb'],
    ['the address given with a transport', { transport: 'feed', channelUrl: git }, { channelUrl: null }, git],
  ])('lets the agent pull from %s', async (_, body, parts, url) => {
    const hub = await scene();
    const { line } = await joinCluster({ ...hub.parts, ...parts }, joinBody.parse({ name: 'new', ...body }));
    expect(parseJoinLine(line).url).toBe(url);
  });

  it('names no hub for a site from which no report will come', async () => {
    const { line } = await joinCluster((await scene()).parts, joinBody.parse({ name: 'new', reports: false }));
    expect(parseJoinLine(line).hub).toBeNull();
  });

  it('refuses the name of a cluster that has an agent, and changes nothing', async () => {
    const hub = await scene();
    await expect(joinCluster(hub.parts, joinBody.parse({ name: 'old' }))).rejects.toMatchObject({ code: 'EXISTS' });
    expect([hub.commits, hub.passes]).toEqual([[], []]);
  });

  it('starts above the bundles of the registration that it replaces', async () => {
    const hub = await scene();
    const { line, registration } = await joinCluster(hub.parts, joinBody.parse({ name: 'old', replace: true }));
    expect(registration).not.toBe(enrolledCluster('old').registration);
    expect(parseJoinLine(line).minimumGeneration).toBe(8);
  });
});
