/** When it makes sense to try the same thing again: never as it is, after a backoff, or at once with fresh data. */
export type Retry = 'never' | 'backoff' | 'refresh';

interface CodeRule {
  readonly exit: number;
  readonly retry: Retry;
}

const rule = (exit: number, retry: Retry): CodeRule => ({ exit, retry });

/** The closed list of codes: the exit status and the retry class that each stands for (docs/errors.md explains them). */
export const codes = {
  INTERNAL: rule(1, 'never'),
  USAGE: rule(2, 'never'),
  // Configuration and documents
  CONFIG_INVALID: rule(3, 'never'),
  YAML_SYNTAX: rule(3, 'never'),
  YAML_DUPLICATE_KEY: rule(3, 'never'),
  YAML_UNKNOWN_TAG: rule(3, 'never'),
  YAML_FORBIDDEN_KEY: rule(3, 'never'),
  YAML_NUMBER: rule(3, 'never'),
  YAML_TOO_LARGE: rule(3, 'never'),
  YAML_TOO_DEEP: rule(3, 'never'),
  YAML_ALIAS_BOMB: rule(3, 'never'),
  YAML_ENCODING: rule(3, 'never'),
  FILE_UNREADABLE: rule(3, 'never'),
  DOCUMENT_INVALID: rule(3, 'never'),
  UNKNOWN_KIND: rule(3, 'never'),
  UNKNOWN_FIELD: rule(3, 'never'),
  DUPLICATE_DOCUMENT: rule(3, 'never'),
  NAME_INVALID: rule(3, 'never'),
  NAME_TOO_LONG: rule(3, 'never'),
  NAME_TAKEN: rule(3, 'never'),
  UNSUPPORTED: rule(3, 'never'),
  REFERENCE_NOT_FOUND: rule(3, 'never'),
  REVISION_NOT_FOUND: rule(3, 'never'),
  REVISION_UNUSED: rule(3, 'never'),
  PLACEMENT_EMPTY: rule(3, 'never'),
  PLACEMENT_CONFLICT: rule(3, 'never'),
  DELIVERY_CONFLICT: rule(3, 'never'),
  LOCAL_CLUSTER_UNSET: rule(3, 'never'),
  WEIGHTS_INVALID: rule(3, 'never'),
  TRAFFIC_UNAVAILABLE: rule(3, 'never'),
  OBJECT_INVALID: rule(3, 'never'),
  // Render
  RENDER_FAILED: rule(4, 'never'),
  RENDER_TIMEOUT: rule(4, 'never'),
  // Guards
  EMPTY_RENDER: rule(5, 'never'),
  MASS_DELETE: rule(5, 'never'),
  PROTECTED_DELETE: rule(5, 'never'),
  MOVE_UNFINISHED: rule(5, 'never'),
  CHANGE_ABANDONED: rule(5, 'never'),
  CHANGE_NOT_FOUND: rule(5, 'never'),
  SOURCE_REWOUND: rule(5, 'never'),
  CAPABILITY_LOST: rule(5, 'never'),
  LIMIT_EXCEEDED: rule(5, 'never'),
  AGENT_TOO_OLD: rule(5, 'never'),
  EXISTS: rule(5, 'never'),
  // Authentication and permission
  UNAUTHENTICATED: rule(6, 'never'),
  FORBIDDEN: rule(6, 'backoff'),
  REVOKED: rule(6, 'never'),
  TOKEN_EXPIRED: rule(6, 'never'),
  // Availability
  UNAVAILABLE: rule(7, 'backoff'),
  TIMEOUT: rule(7, 'backoff'),
  TOO_MANY_REQUESTS: rule(7, 'backoff'),
  NOT_FOUND: rule(7, 'backoff'),
  ABORTED: rule(7, 'backoff'),
  SOURCE_UNAVAILABLE: rule(7, 'backoff'),
  SOURCE_EMPTY: rule(7, 'backoff'),
  // Integrity
  SIGNATURE_INVALID: rule(8, 'never'),
  DIGEST_MISMATCH: rule(8, 'never'),
  WIRE_INVALID: rule(8, 'never'),
  FORMAT_UNKNOWN: rule(8, 'never'),
  WRONG_ADDRESSEE: rule(8, 'never'),
  ROLLED_BACK: rule(8, 'never'),
  FORK_DETECTED: rule(8, 'never'),
  STALE: rule(8, 'backoff'),
  CLOCK_SKEW: rule(8, 'backoff'),
  ROOT_INVALID: rule(8, 'never'),
  PACK_INVALID: rule(8, 'refresh'),
  LEDGER_INVALID: rule(8, 'never'),
  LEDGER_BEHIND: rule(8, 'never'),
  REF_DIVERGED: rule(8, 'never'),
  // Races
  CONFLICT: rule(9, 'refresh'),
  LEDGER_RACED: rule(9, 'refresh'),
  LEASE_LOST: rule(9, 'backoff'),
  // Kubernetes objects, as the agent's rows and reports name them
  OBJECT_EXISTS: rule(9, 'backoff'),
  OBJECT_REPLACED: rule(9, 'refresh'),
  FIELD_CONFLICT: rule(9, 'backoff'),
  OBJECT_REJECTED: rule(3, 'backoff'),
  OBJECT_FOREIGN: rule(9, 'backoff'),
  KIND_UNKNOWN: rule(7, 'backoff'),
  GONE: rule(9, 'refresh'),
  // Fleet verdicts of `status`
  FLEET_DEGRADED: rule(10, 'never'),
  FLEET_STALE: rule(11, 'never'),
} as const satisfies Record<string, CodeRule>;

/** One of the closed list of error codes. */
export type Code = keyof typeof codes;

/** True for a word of the closed list. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}

/** The place of an error and the advice: the facts of a one-line error (line and column count from 1). */
export interface ErrorData {
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  /** The object, ref, cluster or application at fault, when it is not a place in a file. */
  readonly subject?: string;
  /** The advice. */
  readonly hint?: string;
  /** Further facts for `--json`; never secrets. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The one error type of Sluice: a code of the closed list, the facts, and the cause that it was made from. */
export class SluiceError extends Error {
  readonly code: Code;
  readonly data: ErrorData;

  constructor(code: Code, message: string, data: ErrorData = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SluiceError';
    this.code = code;
    this.data = data;
  }

  get retry(): Retry {
    return codes[this.code].retry;
  }

  get exitCode(): number {
    return codes[this.code].exit;
  }
}

/** True for a SluiceError, with one of the given codes when some are given. */
export function isSluiceError(error: unknown, ...only: readonly Code[]): error is SluiceError {
  return error instanceof SluiceError && (only.length === 0 || only.includes(error.code));
}

/**
 * Turns anything that was thrown into a SluiceError, keeping it as the cause: abort signals become ABORTED, and what the
 * operating system refuses (a full disk, a missing file) UNAVAILABLE with its path, unless a code is given.
 */
export function asSluiceError(error: unknown, code: Code = 'INTERNAL', data: ErrorData = {}): SluiceError {
  if (error instanceof SluiceError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new SluiceError('ABORTED', error.message, data, error);
  const advice = code === 'INTERNAL' ? diskAdvice(error) : undefined;
  if (advice !== undefined) return diskError(error as SystemError, advice, data);
  return new SluiceError(code, error instanceof Error ? error.message : String(error), data, error);
}

/** What the file system refuses, by the system's own word for it, and what to do. */
const diskFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk; what was written before is whole',
  EDQUOT: 'make room, or raise the quota; what was written before is whole',
  EROFS: 'mount that disk writable',
  EACCES: 'give the user of this process access to it',
  EPERM: 'give the user of this process access to it',
  EMFILE: 'raise the limit of open files of this process (ulimit -n)',
  ENFILE: 'raise the limit of open files of this machine',
  EIO: 'the disk fails: look at the system log, and restore from a backup if need be',
  ENOENT: 'put it back, from a backup if need be',
  ENOTDIR: 'there is a file in the place of a folder: move it away',
  EISDIR: 'there is a folder in the place of a file: move it away',
  EEXIST: 'there is something else in its place: move it away',
};

/** The parts of an error of the operating system; calls of the network have no path. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

function diskAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return Object.hasOwn(diskFaults, String(error.code)) ? diskFaults[String(error.code)] : undefined;
}

function diskError(error: SystemError, hint: string, data: ErrorData): SluiceError {
  const { code, syscall, path } = error;
  const place = path === undefined ? {} : { path };
  return new SluiceError('UNAVAILABLE', `the disk refuses: ${code} (${syscall})`, { ...place, hint, ...data }, error);
}

/** The one-line form: `error[CODE] what; where; what to do`, without line breaks. */
export function errorLine(error: Pick<SluiceError, 'code' | 'message' | 'data'>): string {
  const { path, line, column, subject, hint } = error.data;
  const place = path === undefined ? subject : [path, line, column].filter((part) => part !== undefined).join(':');
  const parts = [error.message, place, hint].filter((part) => part !== undefined && part !== '');
  return `error[${error.code}] ${parts.join('; ')}`.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** The `--json` form of an error: `{code, message, path, line, column, hint}`, absent facts left out. */
export function errorJson(error: Pick<SluiceError, 'code' | 'message' | 'data'>): Readonly<Record<string, unknown>> {
  const { facts, ...data } = error.data;
  return { code: error.code, message: error.message, ...data, ...facts };
}
