import { z } from 'zod';
import { check } from '../../codec.ts';
import { signedBody } from '../../envelope.ts';
import type { FeedAnswer } from '../../feed.ts';
import { digest } from '../../schema.ts';
import type { WireFormat } from '../format.ts';

const feedAnswer = z.strictObject({
  format: z.literal(2),
  roots: z.array(signedBody).optional(),
  revision: signedBody.optional(),
  freshness: signedBody.nullable().optional(),
  files: z.record(digest, z.string()),
});

/** Format 2 of the feed's answer: compact JSON. What the asker has is absent; documents and objects are files alike. */
export const feedAnswerV2: WireFormat<FeedAnswer> = {
  number: 2,
  schema: feedAnswer,
  encode: ({ roots, revision, freshness, objects }) =>
    Buffer.from(JSON.stringify({ format: 2, roots, revision, freshness, files: objects })),
  decode: (value, subject) => {
    const { files, ...rest } = check(feedAnswer, value, subject);
    return { ...rest, objects: files };
  },
};
