import { request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';
import { SluiceError } from '../../errors.ts';
import { bareHost, proxyAuthorization } from './proxy.ts';

/** The authorities that a connection trusts, and the certificate that it presents. */
export type TlsSettings = Pick<
  ConnectionOptions,
  | 'allowPartialTrustChain'
  | 'ca'
  | 'cert'
  | 'checkServerIdentity'
  | 'key'
  | 'minVersion'
  | 'passphrase'
  | 'rejectUnauthorized'
  | 'servername'
>;

/** Milliseconds that a proxy may take to open a tunnel. */
const openMs = 30_000;

/** An https agent whose connections go through a proxy's CONNECT; certificates are checked against the origin as always. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;
  readonly #tls: TlsSettings;

  constructor(proxy: URL, pool: AgentOptions, tls: TlsSettings) {
    super({ ...pool, ...tls });
    this.#proxy = proxy;
    this.#tls = tls;
  }

  override createConnection(
    options: { host?: string | null; port?: number | string | null; servername?: string },
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? '';
    const fail = (error: Error): void => callback?.(error, undefined as unknown as Duplex);
    const encrypt = (socket: Socket): void => {
      const name = this.#tls.servername ?? (isIP(host) === 0 ? (options.servername ?? host) : undefined);
      const secure = tlsConnect({ ...this.#tls, socket, host, ...(name === undefined ? {} : { servername: name }) });
      secure.once('error', fail);
      secure.once('secureConnect', () => {
        secure.off('error', fail);
        callback?.(null, secure);
      });
    };
    openTunnel(this.#proxy, `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`).then(encrypt, fail);
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
