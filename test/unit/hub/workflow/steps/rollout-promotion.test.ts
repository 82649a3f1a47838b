import { describe, expect, it } from 'vitest';
import { compile } from '../../../../../hub/workflow/compile.ts';
import type { StepDecision, StepInput } from '../../../../../hub/workflow/step.ts';
import { bookinfo } from '../../../../fixtures/hub/programs.ts';

const begun = '2026-07-01T10:00:00.000Z';

/** The moment of a promotion with these properties, so many minutes after it began. */
function at(properties: object, minutes: number, verdict?: StepDecision['verdict']): object {
  const doc = bookinfo([{ type: 'rollout-promotion', properties }]);
  const [step] = compile(doc).steps;
  const now = new Date(Date.parse(begun) + minutes * 60_000).toISOString();
  const decisions: StepDecision[] = verdict === undefined ? [] : [{ verdict, by: 'anna', at: now, reason: '' }];
  const input = { application: doc, startedAt: begun, now, decisions, wants: step!.wants } as unknown as StepInput;
  const { phase, message, back, askAt } = step!.type.run(step!.use, input);
  return { phase, message, ...(back !== undefined && { back }), ...(askAt !== null && { askAt }) };
}

const asked = { manualApproval: true };
const waits = 'it waits for an approval of the promotion';

describe('rollout-promotion', () => {
  it.each<[string, object, object]>([
    ['needs no approval by itself', at({}, 0), { phase: 'running', message: '' }],
    ['waits for one where it is asked for', at(asked, 0), { phase: 'suspending', message: waits }],
    ['goes on once it is approved', at(asked, 0, 'approve'), { phase: 'running', message: '' }],
    [
      'stays where it is when it is refused',
      at(asked, 0, 'refuse'),
      { phase: 'failed', message: 'the promotion was refused' },
    ],
    [
      'goes back when it is refused, where that is said',
      at({ ...asked, rollbackIfNotApproved: true }, 0, 'refuse'),
      { phase: 'failed', message: 'the promotion was refused', back: 'the promotion was refused' },
    ],
    [
      'waits for so long',
      at({ ...asked, timeout: '10m' }, 9),
      { phase: 'suspending', message: waits, askAt: '2026-07-01T10:10:00.000Z' },
    ],
    [
      'goes back when it is not approved in time',
      at({ ...asked, rollbackIfNotApproved: true, timeout: '10m' }, 10),
      {
        phase: 'failed',
        message: 'the promotion was not approved within 10m',
        back: 'the promotion was not approved within 10m',
      },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
