import type { StepType } from '../step.ts';
import { applyApplication } from './apply-application.ts';
import { applyComponent } from './apply-component.ts';
import { applyObject } from './apply-object.ts';
import { applyRemaining } from './apply-remaining.ts';
import { blueGreenRollout } from './blue-green-rollout.ts';
import { canaryRollback } from './canary-rollback.ts';
import { canaryRollout } from './canary-rollout.ts';
import { checkMetrics } from './check-metrics.ts';
import { collectServiceEndpoints } from './collect-service-endpoints.ts';
import { dependsOnApp } from './depends-on-app.ts';
import { deploy } from './deploy.ts';
import { deploy2env } from './deploy2env.ts';
import { exportToConfig } from './export2config.ts';
import { notification } from './notification.ts';
import { printMessage } from './print-message-in-status.ts';
import { readObject } from './read-object.ts';
import { request } from './request.ts';
import { rolloutPromotion } from './rollout-promotion.ts';
import { stepGroup } from './step-group.ts';
import { suspend } from './suspend.ts';
import { trafficShift } from './traffic-shift.ts';
import { webhook } from './webhook.ts';

/** Every step that a workflow may have. */
export const steps: readonly StepType[] = [
  applyApplication,
  applyComponent,
  applyObject,
  applyRemaining,
  blueGreenRollout,
  canaryRollback,
  canaryRollout,
  checkMetrics,
  collectServiceEndpoints,
  dependsOnApp,
  deploy,
  deploy2env,
  exportToConfig,
  notification,
  printMessage,
  readObject,
  request,
  rolloutPromotion,
  stepGroup,
  suspend,
  trafficShift,
  webhook,
];
