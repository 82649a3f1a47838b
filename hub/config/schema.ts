import { z } from 'zod';
import { logFormats, logLevels } from '../../shared/lib/log-levels.ts';
import { clusterName } from '../../shared/wire/schema.ts';
import { globFault } from '../model/glob.ts';
import { isHostEntry } from '../model/hosts.ts';
import { isFreshTime } from './duration.ts';

const path = z.string().min(1);

const globs = z.array(
  z.string().refine((pattern) => globFault(pattern) === null, { error: ({ input }) => globFault(String(input)) ?? '' }),
);

const seconds = z.number().min(1).max(3_600);

const remote = z.strictObject({
  url: z.string().min(1).optional(),
  /** A file with a token, or with `user:password`. */
  tokenFile: path.optional(),
  caFile: path.optional(),
});

/** The hub's configuration file (YAML or JSON); relative paths mean the file's folder. Command line flags win over it. */
export const hubFile = z.strictObject({
  source: z
    .strictObject({
      /** A Git URL, or a folder. */
      url: z.string().min(1).optional(),
      dir: path.optional(),
      branch: z.string().min(1).optional(),
      tokenFile: path.optional(),
      caFile: path.optional(),
      /** Globs of files that are read, and of those that are not. */
      paths: globs.optional(),
      exclude: globs.optional(),
      /** A cron expression: when to read the repository without a trigger. */
      poll: z.string().optional(),
    })
    .optional(),
  localCluster: clusterName.optional(),
  data: path.optional(),
  listen: z
    .strictObject({
      host: z.string().min(1).optional(),
      port: z.number().int().min(0).max(65535).optional(),
      certFile: path.optional(),
      keyFile: path.optional(),
      /** The address that agents are told: set it when it is not the one that the hub listens on. */
      publicUrl: z.url().optional(),
    })
    .optional(),
  webhookSecretFile: path.optional(),
  /** A token that reads `/metrics` and nothing else; without it, one is made in the data folder. */
  metricsTokenFile: path.optional(),
  /** Git repositories that the channel and the ledger are kept in; without them the data folder alone has them. */
  channel: remote.optional(),
  ledger: remote.optional(),
  /** The hub's key, for a hub that starts from the ledger's Git repository on an empty disk. */
  keyFile: path.optional(),
  /** A ledger may be begun with keys that `sluice-hub init` made elsewhere: without it, keys without a ledger are a loss. */
  beginLedger: z.boolean().optional(),
  /** How often agents report when nothing changes; three of them missed make a cluster stale. */
  heartbeatSeconds: z.number().int().min(1).optional(),
  /** How long agents may begin new generations without a new signature of the hub: `72h`, `7d`. An hour is 60 of their polls. */
  freshFor: z.string().refine(isFreshTime, 'write 12h, 30d or 8w: an hour at least, a year at most').optional(),
  /** When a volume of the ledger ends and the next begins: after a time, or when it has grown by so much. */
  volumes: z
    .strictObject({
      for: z.string().refine(isFreshTime, 'write 12h, 30d or 8w: an hour at least, a year at most').optional(),
      mebibytes: z.number().int().min(1).max(1_048_576).optional(),
    })
    .optional(),
  /** How long rendering may take: one template, and all templates of an application. */
  render: z.strictObject({ templateSeconds: seconds.optional(), applicationSeconds: seconds.optional() }).optional(),
  /** What steps of workflows may do outside of clusters. */
  effects: z
    .strictObject({
      /** Hosts that they may reach: `HOST`, `HOST:PORT`, `*.DOMAIN`. */
      allow: z.array(z.string().refine(isHostEntry, 'write HOST, HOST:PORT or *.DOMAIN')).optional(),
      /** A folder with a folder for each Secret that steps name, and in that a file for each key. */
      secretsDir: path.optional(),
    })
    .optional(),
  log: z.strictObject({ level: z.enum(logLevels).optional(), format: z.enum(logFormats).optional() }).optional(),
});
export type HubFile = z.infer<typeof hubFile>;

/** A section of the file, for example what it says of `listen`. */
export type Section<K extends keyof HubFile> = NonNullable<HubFile[K]>;
