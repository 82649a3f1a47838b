import { untoldCode } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ObjectProblem, ReportApp } from '../../shared/wire/report.ts';

/** The objects that an agent was asked about and tells nothing of, because what is asked is more than it may tell of one. */
export function untoldIn({ problems }: Pick<ReportApp, 'problems'>): readonly ObjectProblem[] {
  return problems.filter(({ code, health }) => code === untoldCode && health === 'Current');
}

/** Why an agent tells nothing of an object that it was asked about, in its words; undefined where it says no such thing. */
export function whyUntold(app: Pick<ReportApp, 'problems'>, id: ObjectId): string | undefined {
  return untoldIn(app).find((one) => one.id === id)?.message;
}
