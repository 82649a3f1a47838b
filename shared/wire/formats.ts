import type { FeedAnswer } from './feed.ts';
import { formatsOf, revisionFormatsOf } from './formats/format.ts';
import { enrolmentV1 } from './formats/v1/enrolment.ts';
import { feedAnswerV1 } from './formats/v1/feed.ts';
import { freshnessV1 } from './formats/v1/freshness.ts';
import { reportAnswerV1, reportV1 } from './formats/v1/report.ts';
import { revisionV1 } from './formats/v1/revision.ts';
import { rootV1 } from './formats/v1/root.ts';
import { feedAnswerV2 } from './formats/v2/feed.ts';
import { reportAnswerV2, reportChangeV2, reportV2 } from './formats/v2/report.ts';
import { revisionV2 } from './formats/v2/revision.ts';
import type { Freshness } from './freshness.ts';
import type { Enrolment } from './join.ts';
import { freshnessPath, revisionPath } from './layout.ts';
import type { AgentReport, ReportAnswer, ReportChange } from './report.ts';
import type { Root } from './root.ts';

/**
 * Every kind of document with the formats that this program reads and writes: the only place that knows their numbers. A new
 * format is a file in `formats/`, a line here, and a folder of golden files (docs/design/wire.md).
 */
export const formats = {
  /** The feed's answer has the format of the bundle that it carries. */
  revision: revisionFormatsOf(revisionPath, [revisionV1, revisionV2]),
  feedAnswer: formatsOf<FeedAnswer>('feed', [feedAnswerV1, feedAnswerV2]),
  /** The answer has the format of the report. */
  report: formatsOf<AgentReport>('report', [reportV1, reportV2]),
  reportChange: formatsOf<ReportChange>('report', [reportChangeV2]),
  reportAnswer: formatsOf<ReportAnswer>('report answer', [reportAnswerV1, reportAnswerV2]),
  // Not negotiated: every reader, however old, reads the lowest.
  root: formatsOf<Root>('root document', [rootV1]),
  freshness: formatsOf<Freshness>(freshnessPath, [freshnessV1]),
  enrolment: formatsOf<Enrolment>('enrolment', [enrolmentV1]),
} as const;
