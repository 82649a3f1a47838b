import type { Socket } from 'node:net';

/** The parts of a connection that are looked at. */
export type Connection = Pick<Socket, 'destroy' | 'remoteAddress' | 'remotePort' | 'once'>;

/** How many connections may be open: of all, and those of one address on which no credential was accepted yet. */
export interface ConnectionLimits {
  readonly all: number;
  readonly unproved: number;
}

/**
 * The open connections. Those of strangers make room for each other, and for those of callers that the hub knows: an agent is
 * let in whatever others do, behind one address with them or not.
 */
export interface Connections {
  /** Takes a new connection; cuts the oldest one of a stranger where there are too many, else the new one. */
  readonly open: (connection: Connection) => void;
  /** Says that a credential was accepted on a connection. */
  readonly proved: (connection: Pick<Connection, 'remoteAddress' | 'remotePort'>) => void;
  readonly count: () => number;
  /** True where few more may be opened: those between two requests are to end, because each agent has a stream that stays. */
  readonly isCrowded: () => boolean;
}

/** The part of all connections from which on none is kept for the next request. */
const crowdedFrom = 3 / 4;

/** Open files that are kept for the data folder and for fetches: half of what the process may open, and at most this many. */
const reservedFiles = 512;
const mostConnections = 25_000;

/** What a process that may open so many files can serve. */
export function connectionLimits(openFiles: number): ConnectionLimits {
  const all = Math.max(8, Math.min(mostConnections, openFiles - Math.min(reservedFiles, Math.ceil(openFiles / 2))));
  return { all, unproved: Math.max(4, Math.floor(all / 4)) };
}

/** Begins with no connection. `onCut` is told of each that was cut. */
export function createConnections(limits: ConnectionLimits, onCut: (peer: string) => void): Connections {
  let count = 0;
  // In the order in which they came; a connection under TLS is another object than the one below it, so they go by address and port.
  const strangers = new Map<string, Connection>();
  const byPeer = new Map<string, Set<string>>();
  const forget = (key: string, peer: string): void => {
    if (!strangers.delete(key)) return;
    const own = byPeer.get(peer);
    own?.delete(key);
    if (own?.size === 0) byPeer.delete(peer);
  };
  const cut = (key: string): void => {
    const connection = strangers.get(key);
    if (connection === undefined) return;
    const peer = peerOf(connection);
    forget(key, peer);
    connection.destroy();
    onCut(peer);
  };
  return {
    open: (connection) => {
      const [key, peer] = [keyOf(connection), peerOf(connection)];
      count += 1;
      connection.once('close', () => {
        count -= 1;
        forget(key, peer);
      });
      const own = byPeer.get(peer) ?? new Set();
      byPeer.set(peer, own.add(key));
      strangers.set(key, connection);
      if (own.size > limits.unproved) cut(first(own));
      else if (count > limits.all) cut(first(strangers.keys()));
    },
    proved: (connection) => forget(keyOf(connection), peerOf(connection)),
    count: () => count,
    isCrowded: () => count > crowdedFrom * limits.all,
  };
}

function first(keys: Iterable<string>): string {
  const [key = ''] = keys;
  return key;
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Pick<Connection, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

function peerOf({ remoteAddress = '' }: Pick<Connection, 'remoteAddress'>): string {
  return remoteAddress;
}
