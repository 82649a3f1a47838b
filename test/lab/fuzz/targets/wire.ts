import fc from 'fast-check';
import { readEnrolment, readReport } from '../../../../hub/collect/authenticate.ts';
import { pushOf } from '../../../../hub/server/webhook.ts';
import { codecs } from './samples.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { parseJoinLine } from '../../../../shared/wire/join.ts';
import { likeJson, mutated, pieced } from '../inputs.ts';
import { refusing, type Target } from '../target.ts';

const { feed, state, signed, signedText, payloads, messages, join } = codecs;

/** Bodies of reports and enrolments, some of them with the signature of an agent, so that what is inside is read. */
export const report: Target<string> = {
  name: 'report',
  from: 'agents, and strangers that say they are',
  input: fc.oneof(
    likeJson(payloads).map((payload) => JSON.stringify(signed(JSON.stringify(payload)))),
    mutated(payloads.map((payload) => JSON.stringify(payload))).map((text) => JSON.stringify(signed(text))),
    likeJson(payloads.map((payload) => signed(JSON.stringify(payload)))).map((body) => JSON.stringify(body)),
    mutated(messages),
    mutated(messages.map((message) => message.slice(message.indexOf('\n') + 1))).map(signedText),
    pieced([
      '{"payload":"',
      '","signatures":"',
      '"}',
      '\\"',
      '{',
      '[',
      ']',
      '}',
      '"',
      ',',
      ':',
      '\\u0000',
      '1e999',
      '-',
    ]),
  ),
  cpuMs: 2_000,
  short: 200,
  open: () => ({
    read: async (text) => {
      const body = Buffer.from(text);
      pushOf(body);
      await refusing(() => readReport(body, state));
      await refusing(() => readEnrolment(body, state));
    },
  }),
};

/** What the feed answers an agent. */
export const feedAnswer: Target<string> = {
  name: 'feed',
  from: 'a hub or a mirror that an agent asks',
  input: fc.oneof(
    likeJson([feed]).map((value) => JSON.stringify(value)),
    mutated([JSON.stringify(feed)]),
    pieced([
      '{"format":1,',
      '"roots":[',
      '"revision":{',
      '"payload":"',
      '"signatures":"',
      '"objects":{',
      '}',
      ']',
      '"',
      ',',
      'null',
    ]),
  ),
  cpuMs: 2_000,
  short: 200,
  open: () => ({
    read: async (text) => {
      const bytes = Buffer.from(text);
      const answer = await refusing(() => formats.feedAnswer.decode(bytes));
      if (answer?.revision !== undefined) {
        const { payload } = answer.revision;
        await refusing(() => formats.revision.open(Buffer.from(payload)));
      }
    },
  }),
};

/** Join lines, as people copy them. */
export const joinLine: Target<string> = {
  name: 'join',
  from: 'people who hand over a join line',
  input: fc.oneof(
    mutated([join]),
    likeJson([JSON.parse(Buffer.from(join.slice(join.indexOf('.') + 1), 'base64url').toString())]).map(
      (ticket) => `${join.slice(0, join.indexOf('.'))}.${Buffer.from(JSON.stringify(ticket)).toString('base64url')}`,
    ),
    pieced(['sluice1.', 'sluice2.', 'eyJ', '.', '=', '\n', ' ', '+', '/', '-', '_']),
  ),
  cpuMs: 2_000,
  short: 200,
  open: () => ({ read: (text) => refusing(() => parseJoinLine(text)) }),
};
