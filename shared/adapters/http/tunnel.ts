import { request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { SluiceError } from '../../errors.ts';
import { bareHost, proxyAuthorization } from './proxy.ts';
import type { Secured } from './secured.ts';

/** Milliseconds that a proxy may take to open a tunnel. */
const openMs = 30_000;

/** An https agent whose connections go through a proxy's CONNECT; certificates are checked against the origin as always. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;
  readonly #identity: Secured;

  constructor(proxy: URL, pool: AgentOptions, identity: Secured) {
    super({ ...pool, ...identity.checks });
    this.#proxy = proxy;
    this.#identity = identity;
  }

  override createConnection(
    options: { host?: string | null; port?: number | string | null; servername?: string },
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? '';
    const fail = (error: Error): void => callback?.(error, undefined as unknown as Duplex);
    const encrypt = (socket: Socket): void => {
      const { checks, context } = this.#identity;
      const name = checks.servername ?? (isIP(host) === 0 ? (options.servername ?? host) : undefined);
      const named = name === undefined ? {} : { servername: name };
      const secure = tlsConnect({ ...checks, secureContext: context(), socket, host, ...named });
      secure.once('error', fail);
      secure.once('secureConnect', () => {
        secure.off('error', fail);
        callback?.(null, secure);
      });
    };
    openTunnel(this.#proxy, `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`)
      .then(encrypt)
      .catch(fail);
    return undefined;
  }
}

function openTunnel(proxy: URL, target: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const tunnel = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: bareHost(proxy.hostname),
    port: proxy.port || undefined,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    timeout: openMs,
  });
  tunnel.once('timeout', () => tunnel.destroy(new SluiceError('TIMEOUT', 'the proxy does not answer')));
  tunnel.once('error', reject);
  tunnel.once('connect', (response, socket: Socket) => {
    if (response.statusCode === 200) {
      resolve(socket);
      return;
    }
    socket.destroy();
    reject(new SluiceError('UNAVAILABLE', `the proxy refused the tunnel with ${response.statusCode ?? 0}`));
  });
  tunnel.end();
  return promise;
}
