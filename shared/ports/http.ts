/** A bounded HTTP request; every limit is required where it is made, none is inherited from a library. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
}

export interface HttpLimits {
  /** Bytes on the wire; more is an error with the code LIMIT_EXCEEDED. */
  readonly maxBytes: number;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds in all. */
  readonly totalMs: number;
}

/** A whole response: a cut connection is an error (UNAVAILABLE), never a short body. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A stream of server-sent events: one call per `data:` block. Resolves when the server ends it, rejects when it is cut. */
export interface EventStreamRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onEvent: (data: string) => void;
  /** Called once when the stream is open. */
  readonly onOpen?: () => void;
  /** Milliseconds without a byte (the server sends comments as heartbeats). */
  readonly idleMs: number;
}

/** HTTP as the programs use it: redirects at most 3 and of the same origin only, credentials never leave their origin. */
export interface Http {
  readonly request: (request: HttpRequest) => Promise<HttpResponse>;
  readonly events: (request: EventStreamRequest) => Promise<void>;
}
