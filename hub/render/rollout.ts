import { oncePerValue } from '../../shared/lib/memo.ts';
import { annotation } from '../../shared/model/names.ts';
import { agentRollout } from '../model/agent-steps.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import { durationSeconds } from '../model/duration.ts';
import type { Rollout } from '../model/agent-steps.ts';
import type { RenderedApp } from '../model/rendered.ts';

/** How long a change may take, and the steps that lead to it. */
export function rolloutIn(
  deployment: ApplicationDeployment | null,
): Pick<RenderedApp, 'progressDeadlineSeconds' | 'rollout'> {
  const text = deployment?.spec.rollout?.progressDeadline ?? '';
  const progressDeadlineSeconds = durationSeconds(text) || defaultDeadline;
  const rollout = deployment === null ? undefined : stepsOf(deployment).of;
  return { progressDeadlineSeconds, ...(rollout !== undefined && { rollout }) };
}

const defaultDeadline = 600;

/** The steps that a document says, as the wire has them; undefined where it says none. Checked documents alone come here. */
const stepsOf = oncePerValue(({ metadata, spec }: ApplicationDeployment): { readonly of: Rollout | undefined } => {
  return { of: agentRollout(spec.rollout ?? {}, metadata.annotations?.[annotation.paused] === 'true') };
});
