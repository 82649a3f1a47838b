import type { StepType } from '../step.ts';
import { applyComponent } from './apply-component.ts';
import { deploy } from './deploy.ts';
import { deploy2env } from './deploy2env.ts';
import { printMessage } from './print-message-in-status.ts';
import { stepGroup } from './step-group.ts';
import { suspend } from './suspend.ts';

/** Every step that a workflow may have. */
export const steps: readonly StepType[] = [applyComponent, deploy, deploy2env, printMessage, stepGroup, suspend];
