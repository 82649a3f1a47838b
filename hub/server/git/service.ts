import type { Oid } from '../../../shared/lib/git/object.ts';

/** An answer of the Git endpoint; the body in parts, because a pack may be large. */
export interface GitReply {
  readonly contentType: string;
  readonly body: readonly Uint8Array[];
}

/** What one caller sees, and its Git-Protocol header. */
export interface GitRequest {
  readonly protocol: string;
  readonly isVisible: (ref: string, at: Oid) => boolean;
  /** What the caller may read of each visible ref: its tip alone, or all that led to it. */
  readonly reads: 'tips' | 'history';
}

/** The read-only Git endpoint over the channel. */
export interface UploadPackService {
  readonly advertise: (request: GitRequest) => GitReply | Promise<GitReply>;
  readonly uploadPack: (request: GitRequest & { readonly body: Uint8Array }) => GitReply | Promise<GitReply>;
}
