import type { Backend } from '../scenarios/backend.ts';
import { admissionCases } from './admission.ts';
import { agentCases } from './agents.ts';
import { definitionCases } from './definitions.ts';
import { fieldsCases } from './fields.ts';
import { kindCases } from './kinds.ts';
import { neighbourCases } from './neighbours.ts';
import { rightsCases } from './rights.ts';
import { nightCases } from './nights.ts';
import { refusalCases } from './refusals.ts';
import { describeCases, describeTogether } from './scene.ts';
import { workloadCases } from './workloads.ts';

/** Registers the faults of the field that clusters have suffered; some of them only a real API server can show. */
export function describeField(backend: Backend, isServer: boolean): void {
  describeCases('workloads', backend, workloadCases, isServer);
  describeCases('kinds', backend, kindCases, isServer);
  describeCases('agents', backend, [...agentCases, ...rightsCases], isServer);
  describeCases('what others write', backend, fieldsCases, isServer);
  describeTogether(
    'what may happen beside',
    backend,
    [...neighbourCases, ...definitionCases, ...refusalCases, ...nightCases, ...admissionCases],
    isServer,
  );
}
