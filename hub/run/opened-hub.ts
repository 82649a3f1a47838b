import { join } from 'node:path';
import { createReports, type ReceivedReports } from '../collect/reports.ts';
import type { HubConfig } from '../config/config.ts';
import { dataFiles, dataFolders, ensureSecret, readSecret } from '../config/data-folder.ts';
import { startCueEngine, type CueEngine } from '../cue/engine.ts';
import { evaluatorId } from '../cue/evaluator.ts';
import { openAnswerFiles } from '../store/answer-files.ts';
import { openCrashedTemplates } from '../store/crashed-templates.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { startFileReader, type FileReader } from '../load/reader.ts';
import { openStores, type HubStores } from '../store/open.ts';
import { openRemotes } from '../store/remotes.ts';
import { openReportStore } from '../store/reports/store.ts';
import type { Closers } from './closers.ts';
import { openConfigSource, type OpenedSource, type SourcesPorts } from './sources.ts';

/** What a hub needs from outside. */
export interface HubPorts extends SourcesPorts {
  readonly version: string;
  /** How many files the process may open; absent where that is not known. */
  readonly openFiles?: number;
  /** Templates that may be evaluated at once (default: 1). */
  readonly workers?: number;
}

/** Everything that a hub keeps open while it runs. */
export interface OpenedHub {
  readonly secrets: { readonly adminToken: string; readonly webhookSecret: string; readonly metricsToken: string };
  readonly stores: HubStores;
  readonly reports: ReceivedReports;
  readonly source: OpenedSource;
  readonly reader: FileReader;
  readonly cue: CueEngine;
}

/**
 * Opens what the data folder holds, the config repository and the evaluator, and adds each to `closers`. `signal` ends
 * requests to Git hosts. Throws CONFLICT while another hub uses the data folder.
 */
export async function openHub(
  config: HubConfig,
  ports: HubPorts,
  { closers, signal }: { readonly closers: Closers; readonly signal: AbortSignal },
): Promise<OpenedHub> {
  const { clock, log } = ports;
  const { data, keyFile, beginLedger: mayBegin, volumes } = config;
  closers.add(await lockFolder(data, clock));
  const secrets = await openSecrets(config);
  const remotes = openRemotes(config, ports.createHttp);
  closers.add(remotes.close);
  const stores = await openStores(data, { clock, remotes, keyFile, mayBegin, volumes, signal });
  closers.add(stores.close);
  const stored = openReportStore(join(data, dataFolders.reports), log);
  closers.add(stored.close);
  const reports = createReports(stored);
  closers.add(reports.flush);
  const reader = startFileReader(clock);
  closers.add(reader.close);
  const source = await openConfigSource(config, { ...ports, reader });
  closers.add(source.close);
  const crashed = await openCrashedTemplates(join(data, dataFiles.crashedTemplates), ports);
  const kept = openAnswerFiles(join(data, dataFolders.answers), { clock, evaluator: evaluatorId() });
  closers.add(kept.close);
  const cue = startCueEngine({ clock, crashed, kept, workers: ports.workers ?? 1, ...config.render });
  closers.add(cue.close);
  signal.throwIfAborted();
  return { secrets, stores, reports, source, reader, cue };
}

async function openSecrets({ data, webhookSecretFile, metricsTokenFile }: HubConfig): Promise<OpenedHub['secrets']> {
  const secret = (file: string | null, name: string) => (file === null ? ensureSecret(data, name) : readSecret(file));
  return {
    adminToken: await secret(null, dataFiles.adminToken),
    webhookSecret: await secret(webhookSecretFile, dataFiles.webhookSecret),
    metricsToken: await secret(metricsTokenFile, dataFiles.metricsToken),
  };
}
