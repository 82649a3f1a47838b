import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectionLimits, createConnections, type Connection } from '../../../../hub/server/connections.ts';

class FakeConnection extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;
  isOpen = true;
  constructor(address: string, port: number) {
    super();
    this.remoteAddress = address;
    this.remotePort = port;
  }
  destroy(): this {
    this.isOpen = false;
    this.emit('close');
    return this;
  }
}

function scene(limits = { all: 8, unproved: 3 }) {
  const cut: string[] = [];
  const connections = createConnections(limits, (peer) => cut.push(peer));
  let port = 0;
  const open = (address: string): FakeConnection => {
    port += 1;
    const connection = new FakeConnection(address, port);
    connections.open(connection as unknown as Connection);
    return connection;
  };
  const openness = (all: readonly FakeConnection[]) => all.map(({ isOpen }) => isOpen);
  return { connections, cut, open, openness };
}

describe('connections', () => {
  it('of one address without an accepted credential make room for each other', () => {
    const { open, openness, cut } = scene();
    const other = open('192.0.2.2');
    const strangers = [1, 2, 3, 4, 5].map(() => open('192.0.2.1'));
    expect(openness(strangers)).toEqual([false, false, true, true, true]);
    expect(other.isOpen).toBe(true);
    expect(cut).toEqual(['192.0.2.1', '192.0.2.1']);
  });

  it('with an accepted credential are never cut, and count no more against their address', () => {
    const { connections, open, openness } = scene();
    const agents = [1, 2, 3, 4].map(() => {
      const agent = open('192.0.2.1');
      connections.proved(agent);
      return agent;
    });
    const strangers = Array.from({ length: 20 }, () => open('192.0.2.1'));
    expect(openness(agents)).toEqual([true, true, true, true]);
    expect(strangers.filter(({ isOpen }) => isOpen).length).toBe(3);
    expect(connections.count()).toBe(7);
  });

  it('are crowded where three of four are taken', () => {
    const { connections, open } = scene();
    const crowded = Array.from({ length: 8 }, (_, at) => {
      connections.proved(open(`192.0.2.${at}`));
      return connections.isCrowded();
    });
    expect(crowded).toEqual([false, false, false, false, false, false, true, true]);
  });

  it('of strangers of all addresses make room for one more when all are taken', () => {
    const { connections, open } = scene();
    const strangers = Array.from({ length: 8 }, (_, at) => open(`192.0.2.${at}`));
    const agent = open('198.51.100.1');
    connections.proved(agent);
    expect([strangers[0]?.isOpen, strangers[1]?.isOpen, agent.isOpen]).toEqual([false, true, true]);
    expect(connections.count()).toBe(8);
  });

  it('are refused when there is a caller with a credential on each', () => {
    const { connections, open } = scene();
    for (let number = 0; number < 8; number += 1) connections.proved(open(`192.0.2.${number}`));
    expect(open('198.51.100.1').isOpen).toBe(false);
    expect(connections.count()).toBe(8);
  });

  it('are counted as long as they are open', () => {
    const { connections, open, cut } = scene();
    for (let number = 0; number < 20; number += 1) open('192.0.2.1').destroy();
    expect([connections.count(), cut]).toEqual([0, []]);
  });

  it.each([
    [120, 60, 15],
    [1_024, 512, 128],
    [1_048_576, 25_000, 6_250],
    [Infinity, 25_000, 6_250],
    [10, 8, 4],
  ])('of a process that may open %d files are %d, of strangers of one address %d', (files, all, unproved) => {
    expect(connectionLimits(files)).toEqual({ all, unproved });
  });
});
