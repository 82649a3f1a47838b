import { z } from 'zod';
import type { Enrolment } from '../../join.ts';
import { publicKey, uuid } from '../../schema.ts';
import { plainFormat } from '../format.ts';

const enrolment = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  registration: uuid,
  publicKey,
});

/** Format 1 of the payload of POST /v1/enrol. */
export const enrolmentV1 = plainFormat<Enrolment>(1, enrolment);
