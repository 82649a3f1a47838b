import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';

/** Names of the hub's files in its data folder, all readable by their owner alone. */
export const dataFiles = {
  /** Proves the administrator to the web interface. */
  adminToken: 'admin-token',
  /** Proves webhooks of the Git host. */
  webhookSecret: 'webhook-secret',
  /** Reads the metrics, and nothing else. */
  metricsToken: 'metrics-token',
  /** Address of the running hub. */
  address: 'hub.url',
  /** The port that it listens on, also after it ended: the next start takes it again. */
  port: 'hub.port',
  /** Its certificate, when it serves https. */
  certificate: 'hub.crt',
  /** Templates that the evaluator crashed on: those are not tried again. */
  crashedTemplates: 'crashed-templates.json',
} as const;

/** Names of the folders in a data folder: the keys, both Git repositories, old volumes of the ledger, what agents reported, the config repository, and answers of the evaluator. */
export const dataFolders = {
  keys: 'keys',
  ledger: 'ledger.git',
  archive: 'ledger-archive',
  channel: 'channel.git',
  reports: 'reports',
  source: 'source',
  answers: 'answers',
} as const;

/** Where the hub of a data folder is, and how both sides know each other. */
export interface HubAccess {
  readonly url: string;
  readonly token: string;
  /** PEM of the certificate that it shows; null when it serves plain http, or is not of this machine. */
  readonly certificate: string | null;
}

/** The secret in a file of the data folder, made at random when there is none yet. */
export async function ensureSecret(data: string, name: string): Promise<string> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const path = join(data, name);
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(randomBytes(32).toString('base64url') + '\n');
    await file.sync();
    await file.close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw asSluiceError(error, 'CONFIG_INVALID', { path });
  }
  return readSecret(path);
}

/** The secret in a file, without the line break at its end; throws CONFIG_INVALID when there is none. */
export async function readSecret(path: string): Promise<string> {
  const hint = 'write the secret into it; one of the data folder is made anew where there is no file';
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw asSluiceError(error, 'CONFIG_INVALID', { path, hint });
  });
  const secret = text.trim();
  if (secret === '') throw new SluiceError('CONFIG_INVALID', 'the file holds no secret', { path, hint });
  return secret;
}

/** Says where the hub listens and with which certificate, for commands on the same machine. */
export async function writeAddress(data: string, url: string, certificate: string | null): Promise<void> {
  const files = [
    [dataFiles.certificate, certificate ?? ''],
    [dataFiles.address, url + '\n'],
  ] as const;
  for (const [name, text] of files) await replaceFile(join(data, name), text);
}

/** The port that the hub of this data folder listened on last; null where none is known. */
export async function readPort(data: string): Promise<number | null> {
  const text = await readFile(join(data, dataFiles.port), 'utf8').catch(() => '');
  const port = /^\d{1,5}\n?$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : null;
}

/** Remembers the port for the next start. */
export async function writePort(data: string, port: number): Promise<void> {
  await replaceFile(join(data, dataFiles.port), `${port}\n`);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** Removes the address file, unless another hub has replaced it. */
export async function removeAddress(data: string, url: string): Promise<void> {
  const path = join(data, dataFiles.address);
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current.trim() === url) await rm(path, { force: true });
}

/** How to reach the hub that uses a data folder; throws UNAVAILABLE when none runs there. */
export async function readAccess(data: string): Promise<HubAccess> {
  const url = await readFile(join(data, dataFiles.address), 'utf8').catch(() => '');
  if (url.trim() === '') {
    throw new SluiceError('UNAVAILABLE', 'no hub is running with this data folder', {
      path: data,
      hint: 'start one with `sluice-hub serve`, or name the folder with --data or the hub with --hub and --token-file',
    });
  }
  const certificate = await readFile(join(data, dataFiles.certificate), 'utf8').catch(() => '');
  const token = await readSecret(join(data, dataFiles.adminToken));
  return { url: url.trim(), token, certificate: certificate === '' ? null : certificate };
}
