import type { ProxySettings } from '../../shared/adapters/http/proxy.ts';

/** How to reach one API server, and with which credentials; answered afresh, so that rotated tokens and certificates are used. */
export interface KubeAccess {
  /** Origin and optional path prefix, without a final slash. */
  readonly server: string;
  /** The namespace of the context or of the pod; `default` when neither says one. */
  readonly namespace: string;
  /** What to present now; files are read again at most once a minute, and after `renew`. */
  readonly credentials: () => Promise<KubeCredentials>;
  /** The server refused the credentials: forget what was read. */
  readonly renew: () => void;
}

/** TLS settings and headers of the next request; never logged. */
export interface KubeCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: KubeTls;
  /** The HTTP proxies that the kubeconfig or the environment names. */
  readonly proxy?: ProxySettings;
}

export interface KubeTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
