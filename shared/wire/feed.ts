import { z } from 'zod';
import { signedBody } from './report.ts';
import { digest } from './schema.ts';

/**
 * The feed, relative to the hub's address:
 *
 * | request | answer |
 * | --- | --- |
 * | GET  /v1/feed/CLUSTER?have=REVISIONDIGEST | feedAnswer, ETag; 304 for a known ETag, which also stands for `have` |
 * | GET  /v1/feed/CLUSTER/objects/DIGEST | one object's bytes, for as long as the current bundle has it |
 * | GET  /v1/events/CLUSTER | text/event-stream: `data: poll` when there is something to fetch |
 * | POST /v1/enrol | signedBody of an enrolment |
 * | POST /v1/reports | signedBody of an agentReport -> reportAnswer |
 * | (git) /channel.git | smart HTTP over the same channel |
 *
 * Authorization of an agent: `Basic base64(REGISTRATION:CREDENTIAL)`, CREDENTIAL = credentialText of a signed credential
 * (the form that stock Git clients can send, too).
 */
export const feedPaths = {
  bundle: <C extends string>(cluster: C) => `/v1/feed/${cluster}` as const,
  object: <C extends string, D extends string>(cluster: C, objectDigest: D) =>
    `/v1/feed/${cluster}/objects/${objectDigest}` as const,
  events: <C extends string>(cluster: C) => `/v1/events/${cluster}` as const,
  enrol: '/v1/enrol',
  reports: '/v1/reports',
  git: '/channel.git',
} as const;

/** The files of one cluster's channel as one answer: exactly what Git would carry. Objects of the bundle named by `have` are left out. */
export const feedAnswer = z.strictObject({
  /** Every root document from version 1, oldest first. */
  roots: z.array(signedBody),
  revision: signedBody,
  freshness: signedBody.nullable(),
  /** Text of object files by digest. */
  objects: z.record(digest, z.string()),
});
export type FeedAnswer = z.infer<typeof feedAnswer>;
