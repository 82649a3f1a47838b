/** Where the Git server sends a webhook, and the token that it carries. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

/** Names of the files in the folder of the Git server's process. */
export const gitServerFiles = {
  /** A Webhook as JSON; absent = none is sent. */
  webhook: 'webhook.json',
  /** A line for each push: `NANOSECONDS OLD NEW REF`. */
  stamps: 'stamps',
} as const;
