import { z } from 'zod';
import { check } from '../../codec.ts';
import { signedBody } from '../../envelope.ts';
import type { FeedAnswer } from '../../feed.ts';
import { digest } from '../../schema.ts';
import type { WireFormat } from '../format.ts';

const feedAnswer = z.strictObject({
  roots: z.array(signedBody),
  revision: signedBody,
  freshness: signedBody.nullable(),
  objects: z.record(digest, z.string()),
});

/** Format 1 of the feed's answer: compact JSON without a number. */
export const feedAnswerV1: WireFormat<FeedAnswer> = {
  number: 1,
  schema: feedAnswer,
  encode: ({ roots, revision, freshness, objects }) =>
    Buffer.from(JSON.stringify({ roots, revision, freshness, objects })),
  decode: (value, subject) => ({ format: 1, ...check(feedAnswer, value, subject) }),
};
