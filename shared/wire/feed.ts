import type { Digest } from '../lib/canonical.ts';
import type { SignedBody } from './envelope.ts';

/**
 * The feed, relative to the hub's address:
 *
 * | request | answer |
 * | --- | --- |
 * | GET  /v1/feed/CLUSTER?have=REVISIONDIGEST | FeedAnswer, ETag; 304 for a known ETag, which also stands for `have` |
 * | POST /v1/feed/CLUSTER/files | JSON list of digests -> FeedAnswer with as many of those files as fit into one answer, in that order |
 * | GET  /v1/feed/CLUSTER/objects/DIGEST | one object's bytes, for as long as the current bundle has it |
 * | GET  /v1/events/CLUSTER | text/event-stream: `data: poll` when there is something to fetch |
 * | POST /v1/enrol | signedBody of an Enrolment |
 * | POST /v1/reports | signedBody of an AgentReport -> ReportAnswer |
 * | (git) /channel.git | smart HTTP over the same channel |
 *
 * Authorization of an agent: `Basic base64(REGISTRATION:CREDENTIAL)`, CREDENTIAL = credentialText of a signed credential
 * (the form that stock Git clients can send, too). Both sides say in `Sluice-Reads` which formats they read (reads.ts).
 */
export const feedPaths = {
  bundle: <C extends string>(cluster: C) => `/v1/feed/${cluster}` as const,
  object: <C extends string, D extends string>(cluster: C, objectDigest: D) =>
    `/v1/feed/${cluster}/objects/${objectDigest}` as const,
  files: <C extends string>(cluster: C) => `/v1/feed/${cluster}/files` as const,
  events: <C extends string>(cluster: C) => `/v1/events/${cluster}` as const,
  enrol: '/v1/enrol',
  reports: '/v1/reports',
  git: '/channel.git',
} as const;

/**
 * The files of one cluster's channel as one answer: what Git would carry. Files of the bundle named by `have` are left out. From
 * format 2 on a part that is absent is the one that the asker has already, and files that are absent are fetched by digest.
 */
export interface FeedAnswer {
  readonly format: number;
  /** Every root document from version 1, oldest first. */
  readonly roots?: readonly SignedBody[] | undefined;
  readonly revision?: SignedBody | undefined;
  /** Null = there is none. */
  readonly freshness?: SignedBody | null | undefined;
  /** Text of object files, and of documents, by digest. */
  readonly objects: Readonly<Record<Digest, string>>;
}
