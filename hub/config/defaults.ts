/** The data folder where neither file nor flags name one, in the caller's folder. */
export const defaultData = 'sluice-data';

/** When the config repository is read without a trigger: every minute. */
export const defaultPoll = '* * * * *';

/** How long agents may begin new generations without a new signature of the hub. */
export const defaultFreshFor = '72h';

export const defaultHeartbeatSeconds = 300;

/** How long rendering may take, in seconds: one template, and all templates of an application. */
export const defaultRenderSeconds = { template: 5, application: 60 } as const;

/** Where the hub listens: on this machine alone, on a free port. */
export const defaultListen = { host: '127.0.0.1', port: 0 } as const;

/** When a volume of the ledger ends: 30 days, or 1 GiB. */
export const defaultVolumes = { for: '30d', mebibytes: 1024 } as const;
