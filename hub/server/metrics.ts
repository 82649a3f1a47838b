import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../model/metrics.ts';

/** The hub's metrics, and their text for Prometheus. */
export interface PrometheusMetrics extends Metrics {
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

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
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
