/** An answer of the Git endpoint. */
export interface GitReply {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The read-only Git endpoint over the channel; `isVisible` says which refs a caller sees, `protocol` is its Git-Protocol header. */
export interface UploadPackService {
  readonly advertise: (request: {
    readonly protocol: string;
    readonly isVisible: (ref: string) => boolean;
  }) => GitReply | Promise<GitReply>;
  readonly uploadPack: (request: {
    readonly protocol: string;
    readonly isVisible: (ref: string) => boolean;
    readonly body: Uint8Array;
  }) => GitReply | Promise<GitReply>;
}
