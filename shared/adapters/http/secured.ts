import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';

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

/** What the connections of one identity have in common. */
export interface Secured {
  /** How a server is checked. */
  readonly checks: Pick<TlsSettings, 'checkServerIdentity' | 'rejectUnauthorized' | 'servername'>;
  /** The authorities and the certificate, read once: at the first connection. Throws where they cannot be read. */
  readonly context: () => SecureContext;
}

/**
 * TLS settings, of which certificates are read once: read with every connection, a private authority beside the built-in ones would cost
 * 25 ms of CPU for each.
 */
export function secured({
  checkServerIdentity,
  rejectUnauthorized,
  servername,
  ...certificates
}: TlsSettings): Secured {
  const checks = {
    ...(checkServerIdentity !== undefined && { checkServerIdentity }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  };
  let context: SecureContext | null = null;
  return { checks, context: () => (context ??= createSecureContext(certificates)) };
}

/** An https agent of one identity. */
export class SecuredAgent extends HttpsAgent {
  readonly #identity: Secured;

  constructor(pool: AgentOptions, identity: Secured) {
    super({ ...pool, ...identity.checks });
    this.#identity = identity;
  }

  override createConnection(
    options: Parameters<HttpsAgent['createConnection']>[0],
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const own = { ...options, secureContext: this.#identity.context() };
    return super.createConnection(own, callback);
  }
}
