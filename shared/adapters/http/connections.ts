import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { proxyFor, type ProxySettings } from './proxy.ts';
import { secured, SecuredAgent, type TlsSettings } from './secured.ts';
import { TunnelAgent } from './tunnel.ts';

/** How many connections are kept for one origin, and for how long. */
export type PoolSettings = Pick<
  AgentOptions,
  'keepAliveMsecs' | 'lookup' | 'maxFreeSockets' | 'maxSockets' | 'scheduling' | 'timeout'
>;

/** The connections that a request uses: a pool, and for plain HTTP the proxy that is asked in place of the server. */
export interface Route {
  readonly agent: HttpAgent;
  readonly proxy: URL | null;
}

/** Kept-alive connections of one identity; they are made when they are needed. */
export interface Connections {
  /** The connections to a URL: directly, or through the proxy that the settings name for it. */
  readonly routeTo: (url: URL) => Route;
  /** Drops all of them, those in use included. */
  readonly close: () => void;
}

/** Opens an empty pool. */
export function openConnections(settings: PoolSettings, tls: TlsSettings, proxies: ProxySettings): Connections {
  // How names are looked up is for servers that are asked directly: a proxy is where the settings say.
  const { lookup, ...shared } = settings;
  const pool = { ...shared, keepAlive: true };
  const direct = lookup === undefined ? pool : { ...pool, lookup };
  const identity = secured(tls);
  const agents = new Map<string, HttpAgent>();
  const agentOf = (key: string, make: () => HttpAgent): HttpAgent => {
    const known = agents.get(key);
    if (known !== undefined) return known;
    const made = make();
    agents.set(key, made);
    return made;
  };
  return {
    routeTo: (url) => {
      const proxy = proxyFor(url, proxies);
      if (url.protocol === 'http:') {
        if (proxy === null) return { agent: agentOf('plain', () => new HttpAgent(direct)), proxy };
        const isSecure = proxy.protocol === 'https:';
        const key = isSecure ? 'tls' : 'plain by proxy';
        return { agent: agentOf(key, () => (isSecure ? new HttpsAgent(pool) : new HttpAgent(pool))), proxy };
      }
      if (proxy === null) return { agent: agentOf('https', () => new SecuredAgent(direct, identity)), proxy: null };
      return { agent: agentOf(proxy.href, () => new TunnelAgent(proxy, pool, identity)), proxy: null };
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}
