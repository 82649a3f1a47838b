import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../model/metrics.ts';

/** The hub's metrics, and their text for Prometheus. */
export interface PrometheusMetrics extends Metrics {
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

const leadSeconds = [10, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400, 604_800];

/** Metrics in a registry of their own, so that two hubs in one process do not share them. */
export function createMetrics(): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const stage = new Histogram({
    name: 'sluice_hub_stage_seconds',
    help: 'Time that a stage of a pass took',
    labelNames: ['stage'],
    buckets: seconds,
    registers,
  });
  const pass = new Histogram({
    name: 'sluice_hub_pass_seconds',
    help: 'Time that a pass took, by what came of it',
    labelNames: ['outcome'],
    buckets: seconds,
    registers,
  });
  const published = new Counter({ name: 'sluice_hub_published_bundles_total', help: 'Bundles published', registers });
  const report = new Counter({
    name: 'sluice_hub_reports_total',
    help: 'Reports of agents, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const request = new Histogram({
    name: 'sluice_hub_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route', 'status'],
    buckets: seconds,
    registers,
  });
  const refused = new Counter({
    name: 'sluice_hub_refused_credentials_total',
    help: 'Requests with a credential that was refused',
    labelNames: ['route', 'code'],
    registers,
  });
  const cut = new Counter({
    name: 'sluice_hub_cut_connections_total',
    help: 'Connections without an accepted credential that made room for others',
    registers,
  });
  const streams = new Gauge({ name: 'sluice_hub_wakeup_streams', help: 'Open wake-up streams', registers });
  return {
    stage: (name, ms) => stage.observe({ stage: name }, ms / 1000),
    pass: (outcome, ms) => pass.observe({ outcome }, ms / 1000),
    published: (bundles) => published.inc(bundles),
    report: (outcome) => report.inc({ outcome }),
    request: (route, status, ms) => request.observe({ route, status }, ms / 1000),
    refused: (route, code) => refused.inc({ route, code }),
    cut: () => cut.inc(),
    streams: (open) => streams.set(open),
    ...insights(registers),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** What is counted of deliveries, of applications that want it. */
function insights(registers: Registry[]): Pick<Metrics, 'delivered' | 'leadTime'> {
  const delivered = new Counter({
    name: 'sluice_hub_deliveries_total',
    help: 'Deliveries that ended, of applications with the policy deployment-insights, by how they ended',
    labelNames: ['application', 'phase'],
    registers,
  });
  const leadTime = new Histogram({
    name: 'sluice_hub_delivery_lead_seconds',
    help: 'Time from when the hub had read a commit to when what it brings was delivered',
    labelNames: ['application'],
    buckets: leadSeconds,
    registers,
  });
  return {
    delivered: (application, phase) => delivered.inc({ application, phase }),
    leadTime: (application, time) => leadTime.observe({ application }, time),
  };
}
